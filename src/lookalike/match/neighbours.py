"""For each row of one set its two nearest rows of another: all that nearest, mutual and ratio ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import faiss
import numpy as np
from numpy.typing import NDArray

BLOCK: Final = 256
"""Rows compared at a time, so that their similarities stay in the cache."""


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
    """Of (n, d) and (k, d) unit rows, k >= 1; distances are those of points on the sphere.

    One product serves both directions: the best of each column is kept beside the best of each row.
    """
    n, columns = len(a), np.ascontiguousarray(b.T)
    nearest = np.empty(n, np.int64)
    first, second = np.empty(n, np.float32), np.zeros(n, np.float32)  # as unrelated as rows at a right angle
    best_of_column = np.full(len(b), -np.inf, np.float32)
    for start in range(0, n, BLOCK):
        rows = slice(start, start + BLOCK)
        cosine = a[rows] @ columns  # (block, k)
        np.maximum(best_of_column, cosine.max(axis=0), out=best_of_column)
        nearest[rows] = at = cosine.argmax(axis=1)
        each = np.arange(len(cosine))
        first[rows] = cosine[each, at]
        if len(b) > 1:
            cosine[each, at] = -np.inf
            second[rows] = cosine.max(axis=1)
    is_best = first >= best_of_column[nearest]
    return Neighbours(nearest, _on_sphere(first), _on_sphere(second), is_best)


def binary_neighbours(a: NDArray[np.uint8], b: NDArray[np.uint8], worst_ratio: float, mutual: bool) -> Neighbours:
    """Of packed (n, d/8) and (k, d/8) rows, k >= 1; distances count bits.

    Only rows whose ratio of distances is at most `worst_ratio` are looked at from the other side, if `mutual`.
    """
    first, second, nearest = _two_nearest(a, b)
    candidates = np.flatnonzero(first <= worst_ratio * second)
    back = np.zeros(len(a), np.bool_)
    if mutual and len(candidates):
        claimed, of = np.unique(nearest[candidates], return_inverse=True)
        best, _, _ = _two_nearest(b[claimed], a)
        back[candidates] = first[candidates] <= best[of]
    return Neighbours(nearest, first, second, back)


def _two_nearest(
    a: NDArray[np.uint8], b: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Distances to the nearest and to the second, and the nearest."""
    bits = 8 * a.shape[1]
    index = faiss.IndexBinaryFlat(bits)
    index.add(np.ascontiguousarray(b))
    distances, at = index.search(np.ascontiguousarray(a), min(2, len(b)))
    first = distances[:, 0].astype(np.float32)
    second = distances[:, 1].astype(np.float32) if len(b) > 1 else np.full(len(a), bits / 2, np.float32)
    return first, second, at[:, 0].astype(np.int64)


def _on_sphere(cosine: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.sqrt(np.maximum(2 - 2 * cosine, 0))
