"""Colour histograms [Swain & Ballard, Color Indexing, IJCV 1991], compared by the Hellinger kernel
[Arandjelovic & Zisserman, Three things everyone should know to improve object retrieval, CVPR 2012]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.pixels.planes import small
from lookalike.registry import digest
from lookalike.types import Picture, Space, Vectors

SIDE = 128
"""px of the square that colours are counted in."""


@dataclass(frozen=True)
class ColourHistogram:
    """Share of pixels in each of bins^3 RGB cells, as Hellinger vectors (unit L2 norm)."""

    name: ClassVar[str] = "histogram"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "colours"
    source: ClassVar[str] = "Swain & Ballard, Color Indexing, IJCV 1991"
    unrelated: ClassVar[float] = 0.4

    bins: int = 8
    """Of each channel."""

    def __post_init__(self) -> None:
        if not 2 <= self.bins <= 32:
            raise ValueError(f"bins must be from 2 to 32, not {self.bins}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.bins**3, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, bins^3) square roots of shares; cells by red, then green, then blue."""
        return stacked(self.space, (np.sqrt(self._shares(picture)) for picture in pictures))

    def _shares(self, picture: Picture) -> NDArray[np.float64]:
        """(bins^3,) sum 1."""
        counts = np.bincount(self._cells(_pixels(picture)), minlength=self.bins**3)
        return counts / counts.sum()

    def _cells(self, pixels: NDArray[np.uint8]) -> NDArray[np.intp]:
        """(p,) the cell that each of (p, 3) pixels falls into."""
        levels = (np.arange(256) * self.bins) >> 8
        red, green, blue = levels[pixels.T]
        return (red * self.bins + green) * self.bins + blue


def _pixels(picture: Picture) -> NDArray[np.uint8]:
    """(p, 3)"""
    return small(picture, SIDE, SIDE).reshape(-1, 3)
