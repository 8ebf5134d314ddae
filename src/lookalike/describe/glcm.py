"""Statistics of grey-level co-occurrence
[Haralick, Shanmugam & Dinstein, Textural Features for Image Classification, SMC 1973]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.bars import named_back_to_back
from lookalike.describe.drawing import headed
from lookalike.describe.reduced import reduced_grey
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.telling import agreed
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

LEVELS: Final = 16
"""Grey levels that are told apart: a pair of them fills one byte."""
DIRECTIONS: Final = ((0, 1), (1, 1), (1, 0), (1, -1))
"""From a px to the one it is paired with, (down, right), times the distance."""
STATISTICS: Final = ("contrast", "dissimilarity", "homogeneity", "energy", "entropy", "correlation")


@dataclass(frozen=True)
class GreyLevelCooccurrence:
    """Six statistics of the grey levels of px a distance apart: mean and range over four directions, each 0 to 1."""

    name: ClassVar[str] = "glcm"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "roughness"
    source: ClassVar[str] = "Haralick, Shanmugam & Dinstein, Textural Features for Image Classification, SMC 1973"
    unrelated: ClassVar[float] = 0.73

    distances: tuple[int, ...] = (1, 2, 4)
    """px"""

    def __post_init__(self) -> None:
        if not self.distances or not all(1 <= distance <= 32 for distance in self.distances):
            raise ValueError(f"distances must be from 1 to 32, not {self.distances}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), 2 * len(STATISTICS) * len(self.distances), "l2")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) by distance: the means of the statistics, then their ranges."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and the statistics of neighbours side by side."""
        ours, theirs = self._row(query), self._row(hit)
        left, right = (np.abs(row[: len(STATISTICS)]) for row in (ours, theirs))
        bars = named_back_to_back(left, right, STATISTICS)
        likeness = 1 / (1 + float(np.linalg.norm(ours - theirs)))
        return Explanation(agreed("The roughness", likeness, self.unrelated), headed(query, hit, bars))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        levels = (reduced_grey(picture) >> 4).astype(np.uint8)
        found = statistics(cooccurrences(levels, self.distances)).reshape(len(self.distances), len(DIRECTIONS), -1)
        return np.concatenate([found.mean(axis=1), np.ptp(found, axis=1)], axis=1).ravel()


def cooccurrences(levels: NDArray[np.uint8], distances: Sequence[int]) -> NDArray[np.float64]:
    """(m, LEVELS, LEVELS) share of pairs that have these two levels, in either order; by distance, then direction."""
    high = (levels << 4).astype(np.uint8)
    ways = [(down * distance, right * distance) for distance in distances for down, right in DIRECTIONS]
    counts = np.array([_counts(high, levels, *way) for way in ways], np.float64).reshape(-1, LEVELS, LEVELS)
    both = counts + counts.swapaxes(1, 2)
    shares: NDArray[np.float64] = both / both.sum(axis=(1, 2), keepdims=True)
    return shares


def _counts(high: NDArray[np.uint8], low: NDArray[np.uint8], down: int, right: int) -> NDArray[np.float32]:
    """(LEVELS^2, 1) of the first px's level, in the upper half of its byte, then of the second's."""
    height, width = high.shape
    first = high[: height - down, max(0, -right) : width - max(0, right)]
    second = low[down:, max(0, right) : width + min(0, right)]
    return np.asarray(cv2.calcHist([cv2.bitwise_or(first, second)], [0], None, [LEVELS**2], [0, LEVELS**2]), np.float32)


def statistics(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m, statistics) of (m, LEVELS, LEVELS), each brought to 0 ... 1, correlation to -1 ... 1.

    Two equal levels throughout correlate fully.
    """
    flat = pairs.reshape(len(pairs), -1)
    contrast, dissimilarity, homogeneity, mean, square, product = (flat @ _weights()).T
    variance = square - mean**2
    even = variance < 1e-9
    correlation = np.where(even, 1, (product - mean**2) / np.where(even, 1, variance))
    energy = np.sqrt(np.square(flat).sum(axis=1))
    entropy = -(flat * np.log2(np.maximum(flat, 1e-12))).sum(axis=1) / (2 * np.log2(LEVELS))
    widest = LEVELS - 1
    scaled = np.sqrt(contrast) / widest, dissimilarity / widest, homogeneity, energy, entropy, correlation
    return np.stack(scaled, axis=1)


@lru_cache
def _weights() -> NDArray[np.float64]:
    """(LEVELS^2, 6): what a pair adds to contrast, dissimilarity, homogeneity, and to the mean, square and product."""
    first, second = (axis.ravel().astype(np.float64) for axis in np.indices((LEVELS, LEVELS)))
    apart = first - second
    weights = np.stack([apart**2, np.abs(apart), 1 / (1 + apart**2), first, first**2, first * second], axis=1)
    weights.setflags(write=False)
    return weights
