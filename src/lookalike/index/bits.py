"""Rows of bits, compared one by one."""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.types import Ids, Space, Vectors


def nearest_bits(
    space: Space, queries: Vectors, ids: Ids, rows: Vectors, k: int
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """(q, k) distances and ids of the nearest of (n, d/8) `rows`; -1 where there are fewer."""
    every = faiss.IndexBinaryFlat(space.dim)
    every.add(np.ascontiguousarray(rows))
    distances, places = every.search(queries, k)
    return distances, np.where(places < 0, -1, ids[places]) if len(ids) else places


def bits_apart(rows: Vectors, row: Vectors) -> NDArray[np.int64]:
    """(n,) bits in which each of (n, d/8) rows differs from a (d/8,) row."""
    return np.asarray(np.bitwise_count(np.bitwise_xor(rows, row)).sum(axis=1, dtype=np.int64))
