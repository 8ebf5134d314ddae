"""The perceptual hash of the discrete cosine transform
[Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import side_by_side, stacked_up, tile
from lookalike.describe.hamming import check_size, packed
from lookalike.describe.reduced import reduced_grey
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Pixels, Space, Vectors

OVERSAMPLING = 4
"""The transform is taken of a square this many times as wide as the block of frequencies that is kept."""
ONE = 1 << 12
"""The integer that stands for 1 in the basis."""
TILE = 200
"""px of each picture in an explanation."""
VERDICTS = (
    (0.16, "the two are laid out alike"),
    (0.34, "the two are laid out somewhat alike"),
    (1.0, "the two are laid out differently"),
)
"""Share of differing bits, and up to there what it means. Of unrelated pictures half the bits differ."""


@dataclass(frozen=True)
class PerceptualHash:
    """Which of the size^2 lowest frequencies of the grey picture, its mean included, lie above their median."""

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

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and below each what the hash sees of it: its lowest frequencies alone."""
        differing = np.count_nonzero(self._bits(query) != self._bits(hit))
        pictures = side_by_side([tile(picture.pixels, picture.size, TILE) for picture in (query, hit)])
        coarse = side_by_side([tile(self._coarse(picture), picture.size, TILE) for picture in (query, hit)])
        verdict = next(verdict for share, verdict in VERDICTS if differing <= share * self.size**2)
        line = f"Reduced to coarse light and dark, {verdict}; bits that differ: {differing} of {self.size**2}."
        return Explanation(line, stacked_up([pictures, coarse]))

    def _coarse(self, picture: Picture) -> Pixels:
        """The grey picture that the lowest frequencies alone make up."""
        side = OVERSAMPLING * self.size
        basis = _basis(self.size, side) / ONE
        basis[0] /= 2  # of the inverse transform: frequency 0 counts half
        grey = basis.T @ (self._frequencies(picture) / ONE**2) @ basis * (2 / side) ** 2
        return np.repeat(np.clip(np.rint(grey), 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)

    def _bits(self, picture: Picture) -> NDArray[np.bool_]:
        """(size, size)"""
        frequencies = self._frequencies(picture)
        above: NDArray[np.bool_] = frequencies > np.median(frequencies)
        return above

    def _frequencies(self, picture: Picture) -> NDArray[np.int64]:
        """(size, size) unscaled DCT-II, in units of 1 / ONE^2 grey level."""
        side = OVERSAMPLING * self.size
        basis = _basis(self.size, side)
        frequencies: NDArray[np.int64] = basis @ reduced_grey(picture, side, side).astype(np.int64) @ basis.T
        return frequencies


@lru_cache
def _basis(count: int, side: int) -> NDArray[np.int64]:
    """(count, side) cosines in units of 1 / ONE.

    Integers: a flat picture has no frequency but 0, exactly, and every machine finds the same bits.
    """
    cosines = np.cos(np.pi / side * np.outer(np.arange(count), np.arange(side) + 0.5))
    basis: NDArray[np.int64] = np.rint(ONE * cosines).astype(np.int64)
    basis.setflags(write=False)
    return basis
