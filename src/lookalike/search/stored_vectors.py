"""Rows of a store, as one array."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lookalike.protocols import Store
from lookalike.types import Ids, Space, Vectors


class LibraryVectors(NamedTuple):
    """Vectors of one describer in a library: a row for each content.

    `ids` (n,) of the contents, ascending; `paths`, for each the first of its files by name; `array` (n, d) float32 of
    unit L2 norm where the describer compares by cosine, (n, d / 8) packed bits, uint8, where by the Hamming distance.
    """

    ids: Ids
    paths: tuple[str, ...]
    array: Vectors


def library_vectors(store: Store, space: Space) -> LibraryVectors:
    """All vectors of a space, with the path of a file of each."""
    ids, array = rows_of(store, space, store.vector_ids(space))
    first: dict[int, str] = {}
    for record in store.records(ids):  # by path, of each content
        first.setdefault(record.id, record.path)
    return LibraryVectors(ids, tuple(first[id] for id in ids.tolist()), array)


def rows_of(store: Store, space: Space, ids: Ids) -> tuple[Ids, Vectors]:
    """Ids among `ids` (ascending) that have a vector, and (n, d) their rows."""
    batches = list(store.vectors(space, ids))
    return (
        np.concatenate([np.empty(0, np.int64), *(found for found, _ in batches)]),
        np.concatenate([np.empty((0, space.columns), space.dtype), *(rows for _, rows in batches)]),
    )
