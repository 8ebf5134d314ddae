"""Further frames of animations and pages of documents: a content counts by the one that is most like the query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index.similarity import similarity
from lookalike.protocols import Store
from lookalike.search.ranking.channels import Channel, mean_alike
from lookalike.types import Ids, Vectors

_BITS = 32
"""Bits of the number of a frame, below the id of its content."""

Similarities = Mapping[Channel, NDArray[np.float32]]
"""(views, n) of each channel."""


@dataclass(frozen=True, eq=False)
class Frames:
    """(f,) contents and numbers, from 0, of frames; each channel's (views, f) similarities, NaN where it has none."""

    ids: Ids
    numbers: NDArray[np.int64]
    similarities: Similarities

    def nearest(self, k: int) -> Ids:
        """Contents of the `k` frames that are most like each view."""
        order = np.argsort(-mean_alike(self.similarities), axis=1, kind="stable")[:, :k]  # (views, k)
        return np.unique(self.ids[order])

    def replaced(self, own: Similarities, ids: Ids) -> tuple[Similarities, NDArray[np.int64]]:
        """`own` similarities to contents `ids`, those of a frame in their place where that is more alike.

        And the number of that frame, (views, n), -1 where it is none.
        """
        alike, of_frames = mean_alike(own), mean_alike(self.similarities)  # (views, n), (views, f)
        there = np.flatnonzero(np.isin(self.ids, ids))
        merged = {channel: scores.copy() for channel, scores in own.items()}
        numbers = np.full(alike.shape, -1, np.int64)
        for view, scores in enumerate(of_frames):
            ascending = there[np.argsort(scores[there], kind="stable")]
            best = np.full(len(ids), -1, np.int64)
            best[np.searchsorted(ids, self.ids[ascending])] = ascending  # the last, which is the best, stays
            at = np.flatnonzero((best >= 0) & (scores[best] > alike[view]))
            numbers[view, at] = self.numbers[best[at]]
            for channel, found in self.similarities.items():
                merged[channel][view, at] = found[view, best[at]]
        return merged, numbers


def frames_of(store: Store, rows: Mapping[Channel, Vectors], among: Ids | None) -> Frames | None:
    """Further frames of contents (of `among`) against (views, d) rows of each channel; None where there are none."""
    found = {channel: _of_channel(store, channel, vectors) for channel, vectors in rows.items()}
    keys = np.unique(np.concatenate([keys for keys, _ in found.values()]))
    if among is not None:
        keys = keys[np.isin(keys >> _BITS, among)]
    if len(keys) == 0:
        return None
    similarities = {}
    for channel, (own, scores) in found.items():
        similarities[channel] = np.full((len(rows[channel]), len(keys)), np.nan, np.float32)
        kept = np.isin(own, keys)
        similarities[channel][:, np.searchsorted(keys, own[kept])] = scores[:, kept]
    return Frames(keys >> _BITS, keys & (2**_BITS - 1), similarities)


def _of_channel(store: Store, channel: Channel, vectors: Vectors) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(f,) keys and (views, f) similarities."""
    space = channel.describer.space
    keys, scores = [np.empty(0, np.int64)], [np.empty((len(vectors), 0), np.float32)]
    for ids, numbers, rows in store.frames(space):
        keys.append(ids << _BITS | numbers)
        scores.append(similarity(space, vectors, rows))
    return np.concatenate(keys), np.concatenate(scores, axis=1)
