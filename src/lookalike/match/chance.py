"""How probable it is that chance does as well
[Moisan & Stival, A probabilistic criterion to detect rigid point matches, IJCV 2004]."""

from __future__ import annotations

from math import exp, inf, lgamma, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.match.agree import agree
from lookalike.match.frame import Framed, project
from lookalike.types import Matrix


def log_chance(n: int, agreeing: int, sample: int, log_p: float) -> float:
    """Natural logarithm of the number of false alarms: of sets of `agreeing` of `n` matches that would agree as well.

    Any `sample` of them fix a model; each of the others agrees with it by chance with probability exp(`log_p`).
    """
    if agreeing <= sample:
        return inf
    models = log(n - sample) + _log_choose(n, agreeing) + _log_choose(agreeing, sample)
    return models + (agreeing - sample) * log_p


def as_probability(log_alarms: float) -> float:
    """The expected number bounds the probability of any."""
    return 1.0 if log_alarms >= 0 else exp(max(log_alarms, -700.0))


def log_p_agree(model: Matrix, ends_a: Framed, all_b: Framed, tolerance: float) -> float:
    """Natural logarithm of the probability that a keypoint of b, drawn at random, agrees with one of `ends_a`.

    Counted among the keypoints that b has: where they crowd, agreement is cheap. Never less than what evenly spread
    ones would give.
    """
    some = ends_a[np.arange(0, len(ends_a), max(1, len(ends_a) // COUNTED))]
    m, k = len(some), len(all_b)
    rows, columns = np.nonzero(np.linalg.norm(project(model, some.at)[:, None] - all_b.at, axis=2) <= tolerance)
    agreeing = int(agree(model, some[rows], all_b[columns], tolerance).sum())
    others = max(agreeing - m, 0)  # less the matches themselves
    return log(others / (m * k) + exp(log_p_even(all_b, tolerance)))


def log_p_even(keypoints: Framed, tolerance: float) -> float:
    """The same, were the keypoints spread evenly over the part of the frame that they fill."""
    filled: NDArray[np.float64] = np.ptp(keypoints.at, axis=0) + 2 * tolerance
    share = np.pi * tolerance**2 / float(filled.prod())
    return log(min(1.0, share * (1.0 if keypoints.heading is None else POSE)))


COUNTED: Final = 50
"""Matches, about, that the crowding of keypoints is counted at."""
POSE: Final = 0.2
"""Probability that two keypoints drawn at random agree in pose."""


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
