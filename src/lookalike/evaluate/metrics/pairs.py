"""Measures of one global threshold: all pairs of all queries in one list, as copy detection is judged.

Pairs are (m,) scores, larger = better, with (m,) whether each is right. `total` is how many right pairs there are in
all, those that a method never proposed included. `weights` count a pair several times, as a bootstrap does.
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


def precision_recall(scores: Scores, right: Flags, total: float, weights: Weights | None = None) -> Curve:
    """A threshold takes all pairs of equal score or none of them."""
    order, taken, found = _accumulated(scores, right, total, weights)
    last_of_ties = np.append(scores[order][1:] != scores[order][:-1], True)[: len(order)]
    at = np.flatnonzero(last_of_ties & (taken > 0))
    return Curve(scores[order][at].astype(np.float64), found[at] / taken[at], found[at] / total)


def micro_ap(scores: Scores, right: Flags, total: float, weights: Weights | None = None) -> float:
    """Average precision over the one list; among equal scores the wrong pairs come first."""
    _, taken, found = _accumulated(scores, right, total, weights)
    gained = np.diff(found, prepend=0.0)
    with np.errstate(invalid="ignore"):
        precision = np.where(taken > 0, found / taken, 0.0)
    return float((precision * gained).sum() / total)


def recall_at_precision(
    scores: Scores, right: Flags, total: float, precision: float, weights: Weights | None = None
) -> float:
    """The largest recall of any threshold whose precision is at least that; 0.0 when there is none."""
    curve = precision_recall(scores, right, total, weights)
    return float(curve.recall[curve.precision >= precision].max(initial=0.0))


def threshold_at_precision(scores: Scores, right: Flags, total: float, precision: float) -> float | None:
    """The lowest threshold whose precision is at least that, or None when there is none."""
    curve = precision_recall(scores, right, total)
    good = curve.thresholds[curve.precision >= precision]
    return float(good.min()) if len(good) else None


def _accumulated(
    scores: Scores, right: Flags, total: float, weights: Weights | None
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """The pessimistic order; how many pairs, and how many right ones, up to each place of it."""
    weights = np.ones(len(scores)) if weights is None else weights
    if not scores.shape == right.shape == weights.shape or scores.ndim != 1:
        raise ValueError(f"scores {scores.shape}, right {right.shape} and weights {weights.shape} must be (m,)")
    if np.isnan(scores).any():
        raise ValueError("a score is NaN: a method must have an opinion on every pair")
    order = np.lexsort((right, -scores))
    taken, found = np.cumsum(weights[order]), np.cumsum((weights * right)[order])
    if total <= 0 or (len(found) and found[-1] > total * (1 + 1e-9)):
        raise ValueError(f"there are {found[-1] if len(found) else 0:g} right pairs here, and {total:g} in all")
    return order, taken, found
