"""The perceptual hash of the discrete cosine transform
[Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.hamming import check_size, packed
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.pixels.planes import small_grey
from lookalike.registry import digest
from lookalike.types import Picture, Space, Vectors

OVERSAMPLING = 4
"""The transform is taken of a square this many times as wide as the block of frequencies that is kept."""
ONE = 1 << 12
"""The integer that stands for 1 in the basis."""


@dataclass(frozen=True)
class PerceptualHash:
    """Which of the size^2 lowest frequencies of the grey picture lie above their median, the mean brightness included."""

    name: ClassVar[str] = "phash"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "layout"
    source: ClassVar[str] = "Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010"
    unrelated: ClassVar[float] = 0.5

    size: int = 8
    """Side of the square of bits."""

    def __post_init__(self) -> None:
        check_size(self.size)

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.size**2, "hamming")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, size^2 / 8) bits by vertical, then horizontal frequency."""
        return stacked(self.space, (packed(self._bits(picture)) for picture in pictures))

    def _bits(self, picture: Picture) -> NDArray[np.bool_]:
        """(size, size)"""
        frequencies = self._frequencies(picture)
        return frequencies > np.median(frequencies)

    def _frequencies(self, picture: Picture) -> NDArray[np.int64]:
        """(size, size) unscaled DCT-II, in units of 1 / ONE^2 grey level."""
        side = OVERSAMPLING * self.size
        basis = _basis(self.size, side)
        return basis @ small_grey(picture, side, side).astype(np.int64) @ basis.T


@lru_cache
def _basis(count: int, side: int) -> NDArray[np.int64]:
    """(count, side) cosines in units of 1 / ONE.

    Integers: a flat picture has no frequency but 0, exactly, and every machine finds the same bits.
    """
    cosines = np.cos(np.pi / side * np.outer(np.arange(count), np.arange(side) + 0.5))
    basis = np.rint(ONE * cosines).astype(np.int64)
    basis.setflags(write=False)
    return basis
