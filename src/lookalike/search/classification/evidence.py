"""How like each class pictures are: similarities to all of its members, made one score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lookalike.protocols import Store
from lookalike.search.classification.classes import Classes
from lookalike.search.ranking.aggregate import Aggregator
from lookalike.search.ranking.channels import Channel, mean_alike
from lookalike.types import Ids, Vectors


def similarities_to(store: Store, rows: Mapping[Channel, Vectors], ids: Ids) -> NDArray[np.float32]:
    """(q, n) scores in [0, 1] of the (q, d) rows of each channel to these contents, ascending."""
    return mean_alike({channel: channel.similarities(store, vectors, ids) for channel, vectors in rows.items()})


def class_scores(similarities: NDArray[np.float32], classes: Classes, aggregator: Aggregator) -> NDArray[np.float32]:
    """(q, c) of (q, n) similarities to the members, NaN for those that do not count; -1 of a class without any."""
    columns = [aggregator.aggregate(similarities[:, members]) for members in classes.members]
    return np.nan_to_num(np.stack(columns, axis=1), nan=-1.0)


def features_of(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """(q, 2) what tells how sure the best class is: its score, and by how much it is above the next."""
    ordered = -np.sort(-scores, axis=1)
    second = ordered[:, 1] if scores.shape[1] > 1 else np.zeros(len(scores))
    return np.stack([ordered[:, 0], ordered[:, 0] - np.maximum(second, 0)], axis=1).astype(np.float64)


def stored_rows(store: Store, channels: Sequence[Channel], ids: Ids) -> dict[Channel, Vectors]:
    """(q, d) rows of these contents, ascending, of the channels that have all of them."""
    rows: dict[Channel, Vectors] = {}
    for channel in channels:
        found = [vectors for _, vectors in store.vectors(channel.describer.space, ids)]
        if found and sum(map(len, found)) == len(ids):
            rows[channel] = np.concatenate(found).astype(channel.describer.space.dtype, copy=False)
    return rows
