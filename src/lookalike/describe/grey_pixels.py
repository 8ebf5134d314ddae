"""The grey picture as a row of numbers: what others are fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.reduced import SIDE, reduced_grey
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.pixels.resize import resize
from lookalike.registry import digest
from lookalike.types import Picture, Space, Vectors


@dataclass(frozen=True)
class GreyPixels:
    """Light of size x size px, row by row, from 0 to 1."""

    name: ClassVar[str] = "pixels"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "light, place by place"
    source: ClassVar[str] = "Sirovich & Kirby, Low-Dimensional Procedure for Human Faces, JOSA A 1987"
    unrelated: ClassVar[float] = 0.1

    size: int = 32

    def __post_init__(self) -> None:
        if not 4 <= self.size <= SIDE:
            raise ValueError(f"size must be from 4 to {SIDE}, not {self.size}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.size**2, "l2")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, size^2)"""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def _row(self, picture: Picture) -> NDArray[np.float32]:
        tiny = resize(reduced_grey(picture), (self.size, self.size))
        return np.asarray(tiny.ravel() / 255, np.float32)
