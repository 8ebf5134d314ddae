"""An ONNX model of your own, as a describer for a session."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

import lookalike

MEAN = np.array([0.485, 0.456, 0.406], np.float32)  # of ImageNet, by which most models were trained
SPREAD = np.array([0.229, 0.224, 0.225], np.float32)


def onnx_describer(path: Path, name: str) -> lookalike.FunctionDescriber:
    """The model in `path`: pictures (n, 3, side, side) in, rows (n, dim) out."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given, row = session.get_inputs()[0], session.get_outputs()[0]
    side, dim = given.shape[-1], row.shape[-1]

    def describe(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        small = [cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA) for picture in pictures]
        batch = (np.stack(small) / np.float32(255) - MEAN) / SPREAD  # (n, side, side, 3)
        (rows,) = session.run([row.name], {given.name: batch.transpose(0, 3, 1, 2)})
        return np.asarray(rows)

    version = hashlib.sha256(path.read_bytes()).hexdigest()[:16]  # other weights make other vectors
    return lookalike.describer(describe, dim=dim, name=name, version=version, side=side)
