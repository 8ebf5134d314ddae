"""Measures of one global threshold: all pairs of all queries in one list, as copy detection is judged.

[Douze et al., The 2021 image similarity dataset and challenge]
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
Flags = NDArray[np.bool_]
Weights = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Curve:
    """(t,) thresholds, falling, each a score that occurs; precision and recall of taking all pairs at or above it."""

    thresholds: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PairList:
    """(m,) scores, larger = better, falling, with (m,) whether each pair is right; of equal scores the wrong first.

    `place` (m,) is where each pair stood before. `total`, below, is how many right pairs there are in all, those that
    a method never proposed included; `weights` (m,), in this order, count a pair several times, as a bootstrap does.
    """

    scores: Scores
    right: Flags
    place: NDArray[np.intp]

    @classmethod
    def of(cls, scores: Scores, right: Flags) -> PairList:
        """The pairs in any order."""
        if scores.shape != right.shape or scores.ndim != 1:
            raise ValueError(f"scores {scores.shape} and right {right.shape} must be (m,)")
        if np.isnan(scores).any():
            raise ValueError("a score is NaN: a method must have an opinion on every pair")
        order = np.lexsort((right, -scores))
        return cls(scores[order], right[order], order)

    def curve(self, total: float, weights: Weights | None = None) -> Curve:
        """A threshold takes all pairs of equal score or none of them."""
        taken, found = self._accumulated(total, weights)
        last_of_ties = np.append(self.scores[1:] != self.scores[:-1], True)[: len(self.scores)]
        at = np.flatnonzero(last_of_ties & (taken > 0))
        return Curve(self.scores[at].astype(np.float64), found[at] / taken[at], found[at] / total)

    def micro_ap(self, total: float, weights: Weights | None = None) -> float:
        """Average precision over the one list."""
        taken, found = self._accumulated(total, weights)
        gained = np.diff(found, prepend=0.0)
        return float((found / np.maximum(taken, 1e-300) * gained).sum() / total)

    def recall_at_precision(self, total: float, precision: float, weights: Weights | None = None) -> float:
        """The largest recall of any threshold whose precision is at least that; 0.0 when there is none."""
        curve = self.curve(total, weights)
        return float(curve.recall[curve.precision >= precision].max(initial=0.0))

    def threshold_at_precision(self, total: float, precision: float) -> float | None:
        """The lowest threshold whose precision is at least that, or None when there is none."""
        curve = self.curve(total)
        good = curve.thresholds[curve.precision >= precision]
        return float(good.min()) if len(good) else None

    def _accumulated(self, total: float, weights: Weights | None) -> tuple[Weights, Weights]:
        """How many pairs, and how many right ones, up to each place."""
        weights = np.ones(len(self.scores)) if weights is None else weights
        if weights.shape != self.scores.shape:
            raise ValueError(f"weights {weights.shape} must be {self.scores.shape}")
        taken, found = np.cumsum(weights), np.cumsum(weights * self.right)
        if total <= 0 or (len(found) and found[-1] > total * (1 + 1e-9)):
            raise ValueError(f"there are {found[-1] if len(found) else 0:g} right pairs here, and {total:g} in all")
        return taken, found
