"""The tiny picture itself [Torralba, Fergus & Freeman, 80 Million Tiny Images, PAMI 2008]."""

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

GRAIN = 1.0
"""Contrast below which a tiny picture counts as flat: standard deviation in grey levels."""


@dataclass(frozen=True)
class Thumbnail:
    """The picture at size x size px in RGB, without its mean, and one more axis for pictures without contrast (unit L2 norm)."""

    name: ClassVar[str] = "thumbnail"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "light and colour, place by place"
    source: ClassVar[str] = "Torralba, Fergus & Freeman, 80 Million Tiny Images, PAMI 2008"
    unrelated: ClassVar[float] = 0.1

    size: int = 16
    """Side in px."""

    def __post_init__(self) -> None:
        if not 2 <= self.size <= 64:
            raise ValueError(f"size must be from 2 to 64, not {self.size}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), 3 * self.size**2 + 1, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, 3 size^2 + 1) values by row, column, channel; then the axis of flatness."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        tiny = small(picture, self.size, self.size).astype(np.float64).ravel()
        # A flat image correlates with nothing: it gets an axis of its own, on which a picture with contrast has next to nothing.
        row = np.append(tiny - tiny.mean(), GRAIN * np.sqrt(tiny.size))
        return row / np.linalg.norm(row)
