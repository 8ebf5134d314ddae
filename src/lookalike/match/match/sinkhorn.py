"""Optimal transport with a bin on either side for what has no partner
[Sinkhorn & Knopp, 1967; Cuturi, Sinkhorn distances, NeurIPS 2013; Sarlin et al., SuperGlue, CVPR 2020]."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def assigned(similarities: NDArray[np.float32], bin_score: float, rounds: int) -> NDArray[np.float32]:
    """(ka, kb) in [0, 1]: which share of a row of a goes to one of b; what is left of either goes to the bins.

    Every row has a mass of 1, each bin that of all rows of the other side.
    """
    ka, kb = similarities.shape
    plan = np.full((ka + 1, kb + 1), bin_score, np.float32)
    plan[:ka, :kb] = similarities
    mass_a = np.log(np.append(np.ones(ka), kb)).astype(np.float32)
    mass_b = np.log(np.append(np.ones(kb), ka)).astype(np.float32)
    of_a, of_b = np.zeros_like(mass_a), np.zeros_like(mass_b)
    for _ in range(rounds):
        of_a = mass_a - _log_sum(plan + of_b, 1)
        of_b = mass_b - _log_sum(plan + of_a[:, None], 0)
    return np.asarray(np.exp(np.minimum(plan + of_a[:, None] + of_b, 0))[:ka, :kb])


def _log_sum(values: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    """Logarithm of the sum of exponentials along the axis; `values` are used up."""
    most = values.max(axis=axis, keepdims=True)
    np.subtract(values, most, out=values)
    np.exp(values, out=values)
    return np.asarray(most.squeeze(axis) + np.log(values.sum(axis=axis)))
