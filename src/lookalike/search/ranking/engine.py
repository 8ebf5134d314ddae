"""From rows to ranked contents: candidates of every channel, scored exactly by all of them, fused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.finders import Finder
from lookalike.index.recall import CANDIDATES
from lookalike.index.similarity import similarity
from lookalike.protocols import Fuser, Store
from lookalike.search.ranking.channels import AnyChannel, Channel, mean_alike
from lookalike.search.ranking.feedback import Judged
from lookalike.search.ranking.frames import Frames, Similarities, frames_of
from lookalike.search.ranking.mixing import Rows
from lookalike.search.ranking.reordering import CONSIDERED, reordered
from lookalike.search.ranking.rerank import CandidateReranker
from lookalike.search.ranking.worded import Worded
from lookalike.types import Hits, Ids, Space

_NONE: Ids = np.empty(0, np.int64)
AGAINST: Final = 0.5
"""Share of the similarity to what answers should not be like that is taken from their score."""
SAME = 0.9
"""Two hits that are this alike, on the scale of the score, are one picture when results are collapsed."""


@dataclass(frozen=True)
class Weights:
    """Weights of the parts of a question, and of those of its minus, 1 on average; empty where all count alike."""

    plus: tuple[float, ...] = ()
    minus: tuple[float, ...] = ()

    def plus_of(self, parts: Sequence[Rows]) -> Sequence[float]:
        """One for each of these parts."""
        return self.plus or [1.0] * len(parts)

    def minus_of(self, parts: Sequence[Rows]) -> Sequence[float]:
        """One for each of these parts of a minus."""
        return self.minus or [1.0] * len(parts)


EQUAL: Final = Weights()
UNJUDGED: Final = Judged(_NONE, _NONE, ())


@dataclass(frozen=True, eq=False)
class Ranking:
    """(k,) contents, best first; their score in [0, 1]; each channel's own similarity, NaN where it has none.

    `views` (k,) says which view of what was asked about is most like each, the first of those that are alike;
    `frames` (k,) which frame of each, from 0, it is most like, -1 for that which stands for the content.
    """

    ids: Ids
    scores: NDArray[np.float32]
    channels: Mapping[str, NDArray[np.float32]]
    views: NDArray[np.int64]
    frames: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, at: NDArray[np.int64]) -> Ranking:
        """Ranking of the contents at these positions."""
        own = {name: own[at] for name, own in self.channels.items()}
        frames = None if self.frames is None else self.frames[at]
        return Ranking(self.ids[at], self.scores[at], own, self.views[at], frames)


@dataclass(frozen=True)
class Engine:
    """Asks a store, through the index of each space."""

    store: Store
    index: Callable[[Space], Finder]

    def rank(
        self,
        parts: Sequence[Rows],
        fuser: Fuser,
        *,
        k: int,
        minus: Sequence[Rows] = (),
        among: Ids | None = None,
        others: Ids = _NONE,
        worded: Sequence[Worded] = (),
        weights: Weights = EQUAL,
        judged: Judged = UNJUDGED,
        rerank: CandidateReranker | None = None,
    ) -> Ranking:
        """The best `k` contents (of `among`) by the rows of every part, and `others` in their places.

        Parts that are `worded` bring their scores.

        Views of a part are of one thing, of which the best counts; parts count by their `weights`. What a content has
        in common with the part of `minus` that counts most there is taken away, by the share `AGAINST`.
        """
        wide = k if rerank is None else max(k, CONSIDERED // 2)
        frames = [frames_of(self.store, rows, among) for rows in parts]
        near = [found.nearest(max(CANDIDATES, 2 * wide)) for found in frames if found is not None]
        near += [part.nearest(max(CANDIDATES, 2 * wide), among) for part in worded]
        if judged:
            near += [judged.candidates(self.store, self.index, max(CANDIDATES, 2 * wide), among), judged.all]
        ids = np.unique(np.concatenate([self._candidates(parts, wide, among), others, *near]))
        found = [self._similarities(rows, further, ids) for rows, further in zip(parts, frames, strict=True)]
        of_views = [similarities for similarities, _ in found]
        own: list[Mapping[Any, NDArray[np.float32]]] = [
            *({channel: scores.max(axis=0) for channel, scores in views.items()} for views in of_views),  # (n,)
            *({part: part.similarities(ids)[0]} for part in worded),
        ]
        counts = [*weights.plus_of(parts), *(part.weight for part in worded)]
        against = self._against(minus, weights.minus_of(minus), ids)
        views = mean_alike(of_views[0]).argmax(axis=0) if of_views else np.zeros(len(ids), np.int64)
        alike = np.average([mean_alike(each) for each in own], axis=0, weights=counts)
        scores = np.asarray(np.clip(alike - AGAINST * against, 0, 1), np.float32)
        if judged:
            scores = np.clip(judged.scores(self.store, ids, scores).scores, 0, 1)
        order = np.lexsort((ids, -scores)) if judged else _fuse(ids, own, counts, against, fuser, len(ids))
        if rerank is not None:
            order = self._reordered(order, ids, scores, parts, rerank)
        order = order[judged.may_answer(ids, among)[order]]
        order = order[(np.arange(len(order)) < k) | np.isin(ids[order], others)]
        numbers = found[0][1][views, np.arange(len(ids))] if found else np.full(len(ids), -1, np.int64)
        return Ranking(ids, scores, _by_name(own), views, numbers)[order]

    def _against(self, minus: Sequence[Rows], weights: Sequence[float], ids: Ids) -> NDArray[np.float32]:
        """(n,) the most that each content is like a part of `minus`, times its weight; all 0 without any."""
        most = np.zeros(len(ids), np.float32)
        for rows, weight in zip(minus, weights, strict=True):
            views = {channel: channel.similarities(self.store, vectors, ids) for channel, vectors in rows.items()}
            most = np.maximum(most, np.float32(weight) * mean_alike(views).max(axis=0))
        return most

    def _similarities(self, rows: Rows, further: Frames | None, ids: Ids) -> tuple[Similarities, NDArray[np.int64]]:
        """(views, n) of each channel to contents, and the number of the further frame that they are of, -1 if none."""
        own = {channel: channel.similarities(self.store, vectors, ids) for channel, vectors in rows.items()}
        if further is None:
            return own, np.full((max(map(len, rows.values())), len(ids)), -1, np.int64)
        return further.replaced(own, ids)

    def _candidates(self, parts: Sequence[Rows], k: int, among: Ids | None) -> Ids:
        """Ascending ids that at least one channel that counts puts near the top."""
        found = [np.empty(0, np.int64)]
        for rows in parts:
            for channel, vectors in rows.items():
                if channel.weight > 0:
                    hits = self.index(channel.describer.space).search(vectors, max(CANDIDATES, 2 * k), among)
                    found += [view.ids for view in hits]
        return np.unique(np.concatenate(found))

    def _reordered(
        self,
        order: NDArray[np.int64],
        ids: Ids,
        scores: NDArray[np.float32],
        parts: Sequence[Rows],
        by: CandidateReranker,
    ) -> NDArray[np.int64]:
        """Positions in `ids`, the best of them in the order of a re-ranker; none without rows to compare."""
        channels = [channel for channel in (parts[0] if parts else ()) if channel.weight > 0]
        if not channels:
            return order
        ranked = ids[order]
        return order[reordered(by, scores[order], lambda at: self._alike_one_another(ranked[at], channels))]

    def fold(self, ranking: Ranking, channels: Sequence[Channel]) -> list[list[int]]:
        """Positions in `ranking`, each with those after it that show nearly the same picture."""
        plain = [replace(channel, sharpness=1.0) for channel in channels]  # as likely one picture, whoever counts
        near = self._alike_one_another(ranking.ids, plain) >= SAME
        groups: list[list[int]] = []
        taken = np.zeros(len(ranking), bool)
        for first in range(len(ranking)):
            if not taken[first]:
                group = np.flatnonzero(near[first] & ~taken)
                group = group[group >= first]
                taken[group] = True
                groups.append([first, *group[group > first].tolist()])
        return groups

    def _alike_one_another(self, ids: Ids, channels: Sequence[Channel]) -> NDArray[np.float32]:
        """(n, n) scores between the contents themselves."""
        ascending = np.argsort(ids)
        pairs = {}
        for channel in channels:
            space = channel.describer.space
            scores = np.full((len(ids), len(ids)), np.nan, np.float32)
            rows = [(found, vectors) for found, vectors in self.store.vectors(space, ids[ascending])]
            if rows:
                at = ascending[np.searchsorted(ids[ascending], np.concatenate([found for found, _ in rows]))]
                vectors = np.concatenate([vectors for _, vectors in rows])
                scores[np.ix_(at, at)] = similarity(space, vectors, vectors)
            pairs[channel] = scores
        return mean_alike(pairs)


def _fuse(
    ids: Ids,
    own: Sequence[Mapping[AnyChannel, NDArray[np.float32]]],
    counts: Sequence[float],
    against: NDArray[np.float32],
    fuser: Fuser,
    k: int,
) -> NDArray[np.int64]:
    """(k,) positions in `ids`, best first; what is `against` them counts with a negative weight."""
    lists, weights = {}, {}
    if against.any():
        unlike = against > 0  # of the rest none is more like what is not wanted than another, whatever its rank
        lists["minus"], weights["minus"] = Hits.ranked(ids[unlike], against[unlike]), -AGAINST * sum(counts)
    for at, (part, count) in enumerate(zip(own, counts, strict=True)):
        total = sum(channel.weight for channel in part)
        for channel, scores in part.items():
            name, answers = f"{channel.name} {at}", ~np.isnan(scores)
            lists[name] = Hits.ranked(ids[answers], channel.alike(scores[answers]))
            weights[name] = count * channel.weight / total
    fused = fuser.fuse(lists, weights, k).ids
    unanswered = np.setdiff1d(ids, fused)
    return np.searchsorted(ids, np.concatenate([fused, unanswered])[:k])


def _by_name(own: Sequence[Mapping[AnyChannel, NDArray[np.float32]]]) -> dict[str, NDArray[np.float32]]:
    """Each channel's own similarities, the best of all parts."""
    merged: dict[str, NDArray[np.float32]] = {}
    for part in own:
        for channel, scores in part.items():
            there = merged.get(channel.name)
            merged[channel.name] = scores if there is None else np.fmax(there, scores)
    return merged
