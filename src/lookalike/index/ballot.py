"""Votes of the features of a question for pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_of_each(
    row: NDArray[np.int64], owner: NDArray[np.integer], weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.integer], NDArray[np.float64]]:
    """The heaviest of the votes of one row for one owner."""
    order = np.argsort(row * (1 << 32) + owner, kind="stable")  # sooner: votes come in runs that ascend
    row, owner = row[order], owner[order]
    first = np.flatnonzero(first_of_runs(row, owner))
    return row[first], owner[first], np.maximum.reduceat(weight[order], first) if len(first) else weight


def first_of_runs(a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.bool_]:
    """(n,) whether a row of the two columns differs from the one before it."""
    first = np.ones(len(a), bool)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return first


def last_of_each(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """(m,) ascending, where each id stands last."""
    _, from_the_end = np.unique(ids[::-1], return_index=True)
    return np.sort(len(ids) - 1 - from_the_end)
