"""Mixtures of an object's views are the object as well: what counts is the closest of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadSetting
from lookalike.search.ranking.aggregate import told_between

SWEEPS: Final = 50
"""Over all views; by then no weight changes by a thousandth."""
RIDGE: Final = 0.01
"""Added to the diagonal: two views that are one picture would leave the weights of each open."""


@dataclass(frozen=True)
class ClosestOnSpan:
    """Cosine of the question to the closest mixture of the best `views`, by the root of `power` of their number.

    max over w >= 0 of (w . s) / sqrt(w . B . w), by m ** (1 / power): s are the scores of m views, B those between
    them, which stand for cosines. More views come nearer to anything; the root makes up for that, as in a generalised
    mean.
    With w free it is the distance to a subspace [Chien & Wu, Discriminant waveletfaces and nearest feature
    classifiers, PAMI 2002]; that of the nearest views alone is from [Vincent & Bengio, K-local hyperplane and convex
    distance nearest neighbor algorithms, NIPS 2001].
    """

    name: ClassVar[str] = "span"
    revision: ClassVar[int] = 1

    views: int = 10
    power: float = 8.0

    def __post_init__(self) -> None:
        if self.views < 1 or not 1 <= self.power <= 100:
            raise BadSetting(f"views is 1 or more, power 1 to 100, not {self.views} and {self.power:g}")

    @property
    def among(self) -> int:
        return self.views

    def aggregate(self, scores: NDArray[np.float32], between: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        told, counted = told_between(self, between), ~np.isnan(scores)
        known = np.where(counted, scores, 0).astype(np.float64)
        weights = _weights(known, told + RIDGE * np.eye(scores.shape[1]))
        along = np.einsum("qj,qj->q", weights, known)
        length = np.sqrt(np.maximum(np.einsum("qi,qij,qj->q", weights, told, weights), 1e-12))
        mixed = np.where(along > 0, along / length, 0)
        best = known.max(axis=1, initial=0)
        count = counted.sum(axis=1)
        root = np.maximum(count, 1) ** (1 / self.power)
        return np.asarray(np.where(count > 0, np.clip(mixed, best, 1) / root, np.nan), np.float32)


def _weights(scores: NDArray[np.float64], gram: NDArray[np.float64]) -> NDArray[np.float64]:
    """(q, m) of least |question - w . views|^2, none below 0, by coordinate descent."""
    weights = np.zeros_like(scores)
    for _ in range(SWEEPS):
        for at in range(scores.shape[1]):
            others = np.einsum("qj,qj->q", gram[:, at], weights) - gram[:, at, at] * weights[:, at]
            weights[:, at] = np.maximum(0, (scores[:, at] - others) / gram[:, at, at])
    return weights
