"""Rows of a store, as one array."""

from __future__ import annotations

import numpy as np

from lookalike.protocols import Store
from lookalike.types import Ids, Space, Vectors


def rows_of(store: Store, space: Space, ids: Ids) -> tuple[Ids, Vectors]:
    """Those of `ids` (ascending) that have a vector, and (n, d) their rows."""
    batches = list(store.vectors(space, ids))
    return (
        np.concatenate([np.empty(0, np.int64), *(found for found, _ in batches)]),
        np.concatenate([np.empty((0, space.columns), space.dtype), *(rows for _, rows in batches)]),
    )
