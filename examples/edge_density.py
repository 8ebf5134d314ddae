"""Edge density, a describer of your own: how much of each part of the picture is edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.planes import small_grey
from lookalike.registry import digest
from lookalike.types import Picture, Space, Vectors

BLOCK = 16
"""px a cell, each way."""


@dataclass(frozen=True)
class EdgeDensity:
    """Root of the share of the picture's edges in each of cells x cells parts (unit L2 norm)."""

    name: ClassVar[str] = "edge_density"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "where the edges are"
    source: ClassVar[str] = "docs/extend.md"
    unrelated: ClassVar[float] = 0.9

    cells: int = 8

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.cells**2, "cosine")

    @property
    def min_side(self) -> int:
        return 224

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        rows = [self._row(picture) for picture in pictures]
        return np.array(rows, np.float32).reshape(-1, self.cells**2)

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        side = self.cells * BLOCK
        grey = small_grey(picture, side, side).astype(np.float64)
        down, across = np.gradient(grey)
        edges = np.hypot(down, across) + 1e-3  # a flat picture has its edges everywhere alike
        parts = edges.reshape(self.cells, BLOCK, self.cells, BLOCK).sum(axis=(1, 3))
        row: NDArray[np.float64] = np.sqrt(parts / parts.sum()).ravel()
        return row
