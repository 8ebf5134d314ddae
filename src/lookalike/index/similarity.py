"""Exact scores between vectors of one space: larger = more similar, 1 = the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.types import Space, Vectors

_BLOCK_BYTES = 2**26


def similarity(space: Space, queries: Vectors, vectors: Vectors) -> NDArray[np.float32]:
    """(q, n) cosine; hamming: share of equal bits; l1, l2: 1 / (1 + distance)."""
    if queries.shape[1:] != (space.columns,) or vectors.shape[1:] != (space.columns,):
        raise ValueError(f"rows of {space.name} have {space.columns} columns, not {queries.shape} and {vectors.shape}")
    if space.metric == "cosine":
        return _cosines(queries @ vectors.T)  # (q, n)
    rows = max(1, _BLOCK_BYTES // max(1, vectors.nbytes))
    blocks = [_of_block(space, queries[at : at + rows], vectors) for at in range(0, len(queries), rows)]
    return np.concatenate([np.empty((0, len(vectors)), np.float32), *blocks])


def paired(space: Space, one: Vectors, other: Vectors) -> NDArray[np.float32]:
    """(m,) of each row of (m, d) with the row beside it."""
    if one.shape != other.shape or one.shape[1:] != (space.columns,):
        raise ValueError(f"rows of {space.name} are (m, {space.columns}) on both sides, not {one.shape}, {other.shape}")
    if space.metric == "cosine":
        return _cosines(np.einsum("md,md->m", one, other))
    return from_distances(space, _distances(space, one, other))


def from_distances(space: Space, distances: NDArray[Any]) -> NDArray[np.float32]:
    """Scores of what faiss returns: inner products, bits that differ, squared l2 or l1 distances."""
    if space.metric == "cosine":
        return _cosines(distances)
    if space.metric == "hamming":
        return np.asarray(1 - distances / np.float32(space.dim), np.float32)
    distances = np.maximum(distances, 0)
    return np.asarray(1 / (1 + (np.sqrt(distances) if space.metric == "l2" else distances)), np.float32)


def _cosines(products: NDArray[Any]) -> NDArray[np.float32]:
    """Cosines of unit rows, whose rounding may take them a little beyond 1."""
    return np.asarray(np.clip(products, -1, 1), np.float32)


def _of_block(space: Space, queries: Vectors, vectors: Vectors) -> NDArray[np.float32]:
    return from_distances(space, _distances(space, queries[:, None], vectors[None]))  # (q, n, d) -> (q, n)


def _distances(space: Space, one: Vectors, other: Vectors) -> NDArray[Any]:
    """Over the last axis: bits that differ, squared l2, or l1."""
    if space.metric == "hamming":
        return np.asarray(np.bitwise_count(np.bitwise_xor(one, other)).sum(axis=-1, dtype=np.int64))
    difference = one - other
    return np.asarray(np.square(difference).sum(axis=-1) if space.metric == "l2" else np.abs(difference).sum(axis=-1))
