"""Nearest neighbours, mutual, and clearly nearer than the second
[Lowe, Distinctive image features from scale-invariant keypoints, IJCV 2004]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lookalike.match.match.neighbours import Neighbours, binary_neighbours, float_neighbours
from lookalike.types import LocalFeatures, Matches


@dataclass(frozen=True)
class Nearest:
    """Each feature of a with the nearest of b; the score is 1 less the ratio of distances to nearest and second."""

    name: ClassVar[str] = "nearest"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Lowe, Distinctive image features from scale-invariant keypoints, IJCV 2004"
    symmetric: ClassVar[bool] = False  # the ratio is asked of rows of a alone

    mutual: bool = True
    """Only where each is the other's nearest: one-to-one."""
    ratio: float = 0.9
    """The most that the distance to the nearest may be of that to the second; 1 asks nothing."""

    def __post_init__(self) -> None:
        if not 0 < self.ratio <= 1:
            raise ValueError(f"ratio must be above 0 and at most 1, not {self.ratio}")

    def match(self, a: LocalFeatures, b: LocalFeatures) -> Matches:
        """Best first; ties by the row of a."""
        if not len(a) or not len(b):
            return Matches(np.zeros((0, 2), np.int64), np.zeros(0, np.float32))
        found = self._neighbours(a, b)
        ratio = found.first / np.maximum(found.second, np.float32(1e-12))
        ratio = np.where(found.first < found.second, ratio, 1)  # two at no distance are no choice
        kept = np.flatnonzero(ratio <= self.ratio)
        if self.mutual:
            kept = kept[found.mutual[kept]]
            _, first = np.unique(found.nearest[kept], return_index=True)  # two may be equally near
            kept = kept[np.sort(first)]
        order = kept[np.argsort(ratio[kept], kind="stable")]
        pairs = np.stack([order, found.nearest[order]], axis=1)
        return Matches(pairs, (1 - ratio[order]).astype(np.float32))

    def _neighbours(self, a: LocalFeatures, b: LocalFeatures) -> Neighbours:
        rows, others = a.descriptors, b.descriptors
        if rows.dtype != others.dtype or rows.shape[1] != others.shape[1]:
            raise ValueError(
                f"rows of one space are wanted, not {rows.shape} {rows.dtype} and {others.shape} {others.dtype}"
            )
        if rows.dtype == np.uint8:
            return binary_neighbours(np.asarray(rows, np.uint8), np.asarray(others, np.uint8))
        return float_neighbours(np.asarray(rows, np.float32), np.asarray(others, np.float32))
