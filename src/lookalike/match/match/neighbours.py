"""For each row of one set its two nearest rows of another: all that nearest, mutual and ratio ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

AT_ONCE: Final = 1 << 17
"""Pairs of rows compared at a time, so that what is between them stays in the cache."""
WORD: Final = 8
"""Bytes that faiss counts differing bits in."""

Closeness = NDArray[Any]
"""(block, k), larger is nearer."""


ROUNDING = 1e-6
"""Squared distance that a product of equal rows may show; which of two equal rows shows it depends on their place."""


@dataclass(frozen=True, eq=False)
class Neighbours:
    """(n,) the nearest row of b to each row of a; (n,) distances to it and to the second nearest.

    `mutual`: whether no other row of a is nearer to its nearest.
    """

    nearest: NDArray[np.int64]
    first: NDArray[np.float32]
    second: NDArray[np.float32]
    mutual: NDArray[np.bool_]


def float_neighbours(a: NDArray[np.float32], b: NDArray[np.float32]) -> Neighbours:
    """Neighbours among (n, d) and (k, d) unit rows, k >= 1; distances are those of points on the sphere."""

    def cosine(start: int, stop: int) -> Closeness:
        return a[start:stop] @ b.T

    def distance(closeness: Closeness) -> NDArray[np.float32]:
        return np.asarray(np.sqrt(np.maximum(2 - 2 * closeness, ROUNDING)), np.float32)

    return _neighbours(len(a), len(b), cosine, distance, unrelated=0.0)


def binary_neighbours(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> Neighbours:
    """Neighbours among packed (n, d/8) and (k, d/8) rows, k >= 1; distances count bits."""
    rows, others = _whole_words(a), _whole_words(b)
    counts = np.empty((min(_block(len(b)), len(a)), len(b)), np.int32)

    def same(start: int, stop: int) -> Closeness:
        differing = counts[: stop - start]
        pointers = (faiss.swig_ptr(part) for part in (rows[start:stop], others))
        hammings = faiss.hammings  # type: ignore[attr-defined]  # the stub knows only one pair at a time
        hammings(*pointers, stop - start, len(others), rows.shape[1], faiss.swig_ptr(differing))
        return np.negative(differing, out=differing)

    def distance(closeness: Closeness) -> NDArray[np.float32]:
        return -closeness.astype(np.float32)

    return _neighbours(len(a), len(b), same, distance, unrelated=-4 * a.shape[1])


def _neighbours(
    n: int,
    k: int,
    closeness: Callable[[int, int], Closeness],
    distance: Callable[[Closeness], NDArray[np.float32]],
    *,
    unrelated: float,
) -> Neighbours:
    """One pass serves both directions: the best of each column is kept beside the best two of each row.

    Where there is no second, it counts as `unrelated`.
    """
    nearest = np.empty(n, np.int64)
    first, second = np.empty(n, np.float32), np.full(n, unrelated, np.float32)
    best_of_column = np.full(k, -np.inf, np.float32)
    block = _block(k)
    for start in range(0, n, block):
        stop = min(start + block, n)
        close = closeness(start, stop)
        np.maximum(best_of_column, close.max(axis=0), out=best_of_column)
        nearest[start:stop] = at = close.argmax(axis=1)
        each = np.arange(stop - start)
        first[start:stop] = close[each, at]
        if k > 1:
            close[each, at] = np.iinfo(np.int32).min
            second[start:stop] = close.max(axis=1)
    return Neighbours(nearest, distance(first), distance(second), first >= best_of_column[nearest])


def _block(k: int) -> int:
    """Rows that are compared at a time with `k` others."""
    return max(1, AT_ONCE // k)


def _whole_words(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With zeros behind each row up to a whole word, which differ from nothing."""
    return np.ascontiguousarray(np.pad(rows, ((0, 0), (0, -rows.shape[1] % WORD))))
