"""A torch model of your own, as a describer for a session."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

import lookalike

SIDE = 224


def torch_describer(model: torch.nn.Module, *, dim: int, name: str, version: str) -> lookalike.FunctionDescriber:
    """`model` takes pictures (n, 3, 224, 224) in [0, 1] and gives rows (n, dim)."""
    model.eval()  # else a row depends on its batch

    def describe(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        small = [cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in pictures]
        batch = torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2).float() / 255
        with torch.inference_mode():
            rows: NDArray[np.float32] = model(batch).cpu().numpy()
        return rows

    return lookalike.describer(describe, dim=dim, name=name, version=version, side=SIDE)
