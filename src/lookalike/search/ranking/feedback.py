"""Answers that a person judged: the liked ones draw the question to them, the others push away what is more like them.

Liked pictures are added as in Rocchio, Relevance feedback in information retrieval (SMART, 1971), each by half of what
was asked. An unliked one takes from a picture only by how much that is more like it than like all that is wanted: a
plain minus buries pictures of the right kind that share a background with a wrong one (docs/decisions/0038).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.finders import Finder
from lookalike.protocols import Store
from lookalike.search.ranking.channels import Channel, mean_alike
from lookalike.types import Ids, Space, Vectors

EACH: Final = 0.5
"""Weight of a liked picture beside the 1 of the question."""
AWAY: Final = 2.0
"""Times that what is more like an unliked picture loses the difference."""
LEAST: Final = 3
"""Liked pictures, and unliked ones, from which on a linear model is fitted."""
LINEAR: Final = 0.25
"""Weight of the linear model beside the rest."""
RIDGE: Final = 0.5
LIKED, UNLIKED = "liked", "- unliked"
Scores = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Adjusted:
    """(n,) scores: those of the question times `scale`, and what judgements bring, less what they take."""

    scores: Scores
    scale: float
    brought: Scores
    taken: Scores


def adjusted(asked: Scores, likeness: Scores, places: NDArray[np.int64], is_liked: NDArray[np.bool_]) -> Adjusted:
    """Scores of n contents: (n,) of the question, (j, n) likeness to judged ones, which are at (j,) `places`."""
    liked, unliked = likeness[is_liked], likeness[~is_liked]
    scale = 1 / (1 + EACH * len(liked))
    brought = EACH * scale * liked.sum(axis=0)
    taken = AWAY * np.maximum(0, unliked.max(axis=0, initial=0) - np.maximum(asked, liked.max(axis=0, initial=0)))
    if min(len(liked), len(unliked)) >= LEAST:
        told = linear_model(asked, likeness, places, is_liked)
        share = 1 / (1 + LINEAR)
        scale *= share
        brought = share * (brought + LINEAR * np.maximum(told, 0))
        taken = share * (taken - LINEAR * np.minimum(told, 0))
    parts = (scale * asked + brought - taken, brought, taken)
    scores, *others = (np.asarray(each, np.float32) for each in parts)
    return Adjusted(scores, float(scale), *others)


def linear_model(asked: Scores, likeness: Scores, places: NDArray[np.int64], is_liked: NDArray[np.bool_]) -> Scores:
    """(n,) about -1 to 1: ridge regression on the rows of all channels at once, in its dual form.

    [Saunders, Gammerman & Vovk, Ridge regression learning algorithm in dual variables, ICML 1998]. The question is one
    more liked example, and both sides weigh alike. The likeness is the product of rows in which it is linear.
    """
    rows = np.concatenate([asked[None], likeness])  # (1 + j, n)
    kernel = np.empty((len(rows), len(rows)))
    kernel[:, 1:] = rows[:, places]
    kernel[1:, 0] = asked[places]
    kernel[0, 0] = 1
    liked = np.concatenate([[True], is_liked])
    share = np.where(liked, (~liked).mean(), liked.mean())
    solved = np.linalg.solve(kernel + np.diag(RIDGE / share), np.where(liked, 1.0, -1.0))
    return np.asarray(solved @ rows, np.float32)


@dataclass(frozen=True, eq=False)
class Judged:
    """(l,) contents that are liked and (u,) that are not, by these channels."""

    liked: Ids
    unliked: Ids
    channels: Sequence[Channel]

    def __bool__(self) -> bool:
        return len(self.liked) + len(self.unliked) > 0

    def may_answer(self, ids: Ids, among: Ids | None) -> NDArray[np.bool_]:
        """(n,) which contents are not unliked, and of `among`: liked ones are scored whatever the filter says."""
        allowed = ~np.isin(ids, self.unliked)
        return allowed if among is None or not self else allowed & np.isin(ids, among)

    def candidates(self, store: Store, index: Callable[[Space], Finder], k: int, among: Ids | None) -> Ids:
        """Contents near the sum of what is liked, in each channel whose rows are directions."""
        found = [np.empty(0, np.int64)]
        for channel in self.channels:
            space = channel.describer.space
            rows = [vectors for _, vectors in store.vectors(space, self.liked)] if len(self.liked) else []
            if rows and channel.weight > 0 and space.metric == "cosine":
                mean = np.concatenate(rows).sum(axis=0, keepdims=True)
                unit = np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)
                found += [hits.ids for hits in index(space).search(unit, k, among)]
        return np.unique(np.concatenate(found))

    @property
    def all(self) -> Ids:
        """All that were judged, ascending."""
        return np.unique(np.concatenate([self.liked, self.unliked]))

    def scores(self, store: Store, ids: Ids, asked: Scores) -> Adjusted:
        """As `adjusted`, of contents, ascending, those that were judged among them."""
        judged = self.all
        likeness = self._likeness(store, judged, ids)
        return adjusted(asked, likeness, np.searchsorted(ids, judged), np.isin(judged, self.liked))

    def _likeness(self, store: Store, judged: Ids, ids: Ids) -> Scores:
        """(j, n) scores between judged contents and others, each ascending; 0 where no channel knows both."""
        own = {}
        for channel in self.channels:
            found, rows = _rows(store, channel.describer.space, judged)
            scores = np.full((len(judged), len(ids)), np.nan, np.float32)
            if len(found):
                scores[np.searchsorted(judged, found)] = channel.similarities(store, rows, ids)
            own[channel] = scores
        return mean_alike(own)


def _rows(store: Store, space: Space, ids: Ids) -> tuple[Ids, Vectors]:
    parts = list(store.vectors(space, ids))
    if not parts:
        return np.empty(0, np.int64), np.empty((0, space.columns), space.dtype)
    return np.concatenate([found for found, _ in parts]), np.concatenate([rows for _, rows in parts])


def with_judged(shares: Mapping[str, float], found: Adjusted, at: int, judged: Judged) -> dict[str, float]:
    """Parts of a score once judgements count: those of the question by less, beside what judged pictures do."""
    own = {label: round(share * found.scale, 6) + 0.0 for label, share in shares.items()}
    if len(judged.liked):
        own[LIKED] = round(float(found.brought[at]), 6)
    if len(judged.unliked):
        own[UNLIKED] = round(-float(found.taken[at]), 6) + 0.0
    return own
