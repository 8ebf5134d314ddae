"""How like each class pictures are: similarities to all of its members, made one score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.index.similarity import similarity
from lookalike.protocols import Store
from lookalike.search.classes import Classes
from lookalike.search.ranking.aggregate import Aggregator
from lookalike.search.ranking.channels import Channel, mean_alike
from lookalike.types import Ids, Vectors

NEAREST: Final = 16
"""Classes whose views are compared to one another, those with the most alike views; of others the best view counts."""
FEW: Final = 2
"""Pictures that what is usual of all classes counts for, in what is usual of one."""
ITSELF: Final = 0.9999
"""Score of a view that is the picture asked about itself."""
AT_ONCE: Final = 64
"""Questions for which the views are read at once."""


@dataclass(frozen=True)
class Votes:
    """Scores of things by their views, from the similarities to these on the scale that the channels share."""

    store: Store
    channels: Sequence[Channel]
    aggregator: Aggregator
    nearest: int = NEAREST

    def scores(self, similarities: NDArray[np.float32], classes: Classes) -> NDArray[np.float32]:
        """(q, c) of (q, n) similarities to the members, NaN for those that do not count; -1 of a class without any."""
        best = _best_views(similarities, classes)
        settled = best >= ITSELF  # whatever the others are like
        return np.where(settled, best, np.nan_to_num(self._told(similarities, classes, best), nan=-1.0))

    def _told(
        self, similarities: NDArray[np.float32], classes: Classes, best: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        if not self.aggregator.among:
            of_each = [self.aggregator.aggregate(similarities[:, members]) for members in classes.members]
            return np.stack(of_each, axis=1)
        scores = best.copy()
        for start in range(0, len(scores), AT_ONCE):
            rows = slice(start, start + AT_ONCE)
            self._compare_views(scores[rows], similarities[rows], classes)
        return scores

    def _compare_views(self, scores: NDArray[np.float32], similarities: NDArray[np.float32], classes: Classes) -> None:
        """Puts what the views of the nearest classes say together in the place of the best view of each.

        Other classes stay behind them.
        """
        near = np.argsort(-np.nan_to_num(scores, nan=-1), axis=1, kind="stable")[:, : self.nearest]
        pairs = list(zip(np.repeat(np.arange(len(near)), near.shape[1]).tolist(), near.ravel().tolist(), strict=True))
        views = [_best(classes.members[of], similarities[asked], self.aggregator.among) for asked, of in pairs]
        seen: dict[int, list[NDArray[np.int64]]] = defaultdict(list)
        for (_, of), places in zip(pairs, views, strict=True):
            seen[of].append(places)
        alike = self._alike(classes.ids, {of: np.unique(np.concatenate(places)) for of, places in seen.items()})
        told = np.full((len(views), max(map(len, views))), np.nan, np.float32)
        between = np.tile(np.eye(told.shape[1], dtype=np.float32), (len(views), 1, 1))
        for row, ((asked, of), places) in enumerate(zip(pairs, views, strict=True)):
            m, (known, matrix) = len(places), alike[of]
            at = np.searchsorted(known, places)
            told[row, :m], between[row, :m, :m] = similarities[asked, places], matrix[np.ix_(at, at)]
        compared = self.aggregator.aggregate(told, between).reshape(near.shape)
        np.minimum(scores, np.fmin.reduce(compared, axis=1)[:, None], out=scores)
        np.put_along_axis(scores, near, compared, axis=1)

    def _alike(
        self, ids: Ids, seen: Mapping[int, NDArray[np.int64]]
    ) -> dict[int, tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Places of each class, as they were given, and the (m, m) scores of these to one another, 1 to itself."""
        wanted = np.unique(np.concatenate(list(seen.values())))
        channels = [channel for channel in self.channels if channel.weight > 0]
        kept = [(channel, channel.describer.space, *_rows(self.store, channel, ids[wanted])) for channel in channels]
        found = {}
        for of, places in seen.items():
            own: dict[Channel, NDArray[np.float32]] = {}
            for channel, space, there, vectors in kept:
                own[channel] = np.full((len(places), len(places)), np.nan, np.float32)
                known = np.flatnonzero(np.isin(ids[places], there))
                rows = vectors[np.searchsorted(there, ids[places[known]])]
                own[channel][np.ix_(known, known)] = similarity(space, rows, rows)
            alike = mean_alike(own)
            np.fill_diagonal(alike, 1)
            found[of] = places, alike
        return found


def _best_views(similarities: NDArray[np.float32], classes: Classes) -> NDArray[np.float32]:
    """(q, c) score of the most alike member of each; NaN where none counts."""
    return np.stack([np.fmax.reduce(similarities[:, members], axis=1) for members in classes.members], axis=1)


def similarities_to(store: Store, rows: Mapping[Channel, Vectors], ids: Ids) -> NDArray[np.float32]:
    """(q, n) scores in [0, 1] of the (q, d) rows of each channel to these contents, ascending."""
    return mean_alike({channel: channel.similarities(store, vectors, ids) for channel, vectors in rows.items()})


def features_of(scores: NDArray[np.float32], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """(q, 3) what tells how sure the best class is: its score, by how much it is above the next, and above what it is
    usual for pictures of it to score, (c,): a class whose pictures are all of one kind is told from its like by that.
    """
    first = scores.argmax(axis=1)
    ordered = -np.sort(-scores, axis=1)
    second = ordered[:, 1] if scores.shape[1] > 1 else np.zeros(len(scores))
    columns = [ordered[:, 0], ordered[:, 0] - np.maximum(second, 0), ordered[:, 0] - usual[first]]
    return np.stack(columns, axis=1).astype(np.float64)


def usual_scores(scores: NDArray[np.float32], is_of: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(c,) lower quartile of (q, c) scores of pictures in their own class, each without itself.

    Of a class of which few were asked about it is drawn towards that of all.
    """
    own = np.where(is_of & (scores >= 0), scores, np.nan)
    known = own[~np.isnan(own)]
    of_all = float(np.quantile(known, 0.25)) if len(known) else 0.0
    counts = (~np.isnan(own)).sum(axis=0)
    quartiles = [np.nanquantile(column, 0.25) if count else 0.0 for column, count in zip(own.T, counts, strict=True)]
    return np.asarray((counts * np.array(quartiles) + FEW * of_all) / (counts + FEW), np.float64)


def stored_rows(store: Store, channels: Sequence[Channel], ids: Ids) -> dict[Channel, Vectors]:
    """(q, d) rows of these contents, ascending, of the channels that have all of them."""
    found = {channel: _rows(store, channel, ids) for channel in channels}
    return {channel: vectors for channel, (there, vectors) in found.items() if len(there) == len(ids) > 0}


def _rows(store: Store, channel: Channel, ids: Ids) -> tuple[Ids, Vectors]:
    """Contents, of these, ascending, that have a row, and their rows."""
    space = channel.describer.space
    found = list(store.vectors(space, ids))
    if not found:
        return np.empty(0, np.int64), np.empty((0, space.columns), space.dtype)
    there, vectors = zip(*found, strict=True)
    return np.concatenate(there), np.concatenate(vectors).astype(space.dtype, copy=False)


def _best(members: NDArray[np.int64], similarities: NDArray[np.float32], most: int) -> NDArray[np.int64]:
    """At most so many members, those that are most alike first; one that does not count comes last."""
    order = np.argsort(-np.nan_to_num(similarities[members], nan=-1), kind="stable")[:most]
    return members[order]
