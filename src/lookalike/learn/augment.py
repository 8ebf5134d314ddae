"""Inputs of a batch as they are, as one of several views that were described before, or with their pixels moved."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Augment = Callable[[NDArray[np.int64], np.random.Generator], Tensor]
"""Row numbers (b,) of a batch and chance, to its inputs (b, ...)."""


@dataclass(frozen=True, eq=False)
class AsTheyAre:
    """Inputs (n, ...) without any change."""

    inputs: Tensor

    def __call__(self, drawn: NDArray[np.int64], rng: np.random.Generator) -> Tensor:  # noqa: ARG002
        return self.inputs[torch.from_numpy(drawn)]


@dataclass(frozen=True, eq=False)
class OneOfViews:
    """Views (n, v, ...) of each input, made once; a batch is shown one of each, drawn evenly."""

    views: Tensor

    def __call__(self, drawn: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        view = rng.integers(self.views.shape[1], size=len(drawn))
        return self.views[torch.from_numpy(drawn), torch.from_numpy(view)]


@dataclass(frozen=True, eq=False)
class Moved:
    """Pixels (n, 3, h, w) uint8, each picture turned, enlarged, moved, lit and contrasted by a little of chance.

    Never mirrored: a mirrored letter is another one.
    """

    inputs: Tensor
    turn: float = 12.0
    """Degrees, at most, either way."""
    enlarge: float = 0.15
    shift: float = 0.1
    """Share of the side."""
    light: float = 0.2

    def __call__(self, drawn: NDArray[np.int64], rng: np.random.Generator) -> Tensor:
        pixels = self.inputs[torch.from_numpy(drawn)].to(torch.float32)
        n = len(drawn)
        angle = np.radians(rng.uniform(-self.turn, self.turn, n))
        scale = np.exp(rng.uniform(-self.enlarge, self.enlarge, n))
        maps = np.zeros((n, 2, 3), np.float32)
        maps[:, 0, 0] = maps[:, 1, 1] = np.cos(angle) / scale
        maps[:, 0, 1] = -np.sin(angle) / scale
        maps[:, 1, 0] = np.sin(angle) / scale
        maps[:, :, 2] = rng.uniform(-2 * self.shift, 2 * self.shift, (n, 2))
        grid = torch.nn.functional.affine_grid(torch.from_numpy(maps).to(pixels.device), list(pixels.shape), False)
        moved = torch.nn.functional.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
        gain = torch.from_numpy(np.exp(rng.uniform(-self.light, self.light, n)).astype(np.float32)).to(pixels.device)
        rise = torch.from_numpy((255 * rng.uniform(-self.light, self.light, n) / math.sqrt(2)).astype(np.float32))
        middle = moved.mean(dim=(1, 2, 3), keepdim=True)
        lit = (moved - middle) * gain[:, None, None, None] + middle + rise.to(pixels.device)[:, None, None, None]
        return lit.clamp(0, 255)
