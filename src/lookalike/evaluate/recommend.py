"""Advice for these pictures: describers, their weights, and the score from which on an answer is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.retrieval import Retrieval
from lookalike.evaluate.metrics.pairs import PairList
from lookalike.index.similarity import similarity
from lookalike.search.ranking.channels import Channel
from lookalike.types import Vectors

PRECISION = 0.99
STEPS = (0.1, 0.25, 0.5, 1.0)
"""Weights that are tried beside a first describer of weight 1."""
GAIN = 0.005
"""Micro-AP that another describer must add, since each costs time and bytes."""
NEAREST = 20
"""Hits of each describer, for each query, among which a mixture chooses."""
MOST = 1200
"""Queries of each half."""
BLOCK = 128


@dataclass(frozen=True)
class Recommendation:
    """Weights by describer; both figures are of originals that had no part in choosing weights and threshold.

    `threshold` on the score of a search, chosen for `PRECISION`; None where no threshold reaches that.
    """

    weights: Mapping[str, float]
    threshold: float | None
    precision: float
    recall: float
    queries: int


@dataclass(frozen=True, eq=False)
class Pool:
    """Candidates of some queries, one list of all: (m,) by describer on the common scale; (m,) whether right."""

    alike: Mapping[str, NDArray[np.float32]]
    right: NDArray[np.bool_]
    answers: int

    def mixed(self, weights: Mapping[str, float]) -> PairList:
        """All candidates under that mixture, scored as a search scores."""
        total = sum(weights.values())
        parts = [weight / total * self.alike[name] for name, weight in weights.items()]
        return PairList.of(np.sum(parts, axis=0), self.right)


def recommend(
    task: Retrieval, channels: Sequence[Channel], rows: Mapping[str, Vectors], rng: np.random.Generator
) -> Recommendation:
    """The best mixture by micro-AP on half of the originals, greedily made; judged on the other half."""
    side = rng.permutation(int(task.groups.max()) + 1) % 2
    fit, check = (
        _pool(task, channels, rows, np.sort(rng.permutation(np.flatnonzero(side[task.groups] == half))[:MOST]))
        for half in (0, 1)
    )
    weights = _greedy(fit, [channel.name for channel in channels])
    threshold = fit.mixed(weights).threshold_at_precision(fit.answers, PRECISION)
    judged = check.mixed(weights)
    taken = judged.scores >= (np.inf if threshold is None else threshold)
    found = int((judged.right & taken).sum())
    return Recommendation(
        weights,
        threshold,
        found / int(taken.sum()) if taken.any() else float("nan"),
        found / check.answers,
        int((side[task.groups] == 1).sum()),
    )


def _greedy(pool: Pool, names: Sequence[str]) -> dict[str, float]:
    quality = {name: pool.mixed({name: 1.0}).micro_ap(pool.answers) for name in names}
    first = max(names, key=lambda name: quality[name])
    weights, reached = {first: 1.0}, quality[first]
    while True:
        trials = [{**weights, name: step} for name in names if name not in weights for step in STEPS]
        if not trials:
            return weights
        scored = [pool.mixed(trial).micro_ap(pool.answers) for trial in trials]
        best = int(np.argmax(scored))
        if scored[best] < reached + GAIN:
            return weights
        weights, reached = trials[best], scored[best]


def _pool(
    task: Retrieval, channels: Sequence[Channel], rows: Mapping[str, Vectors], queries: NDArray[np.int64]
) -> Pool:
    alike: dict[str, list[NDArray[np.float32]]] = {channel.name: [] for channel in channels}
    right: list[NDArray[np.bool_]] = []
    for start in range(0, len(queries), BLOCK):
        block = queries[start : start + BLOCK]
        of_block = {channel.name: _alike(task, channel, rows[channel.name], block) for channel in channels}
        for at, query in enumerate(block.tolist()):
            junk = task.junk[query] if task.junk else np.empty(0, np.int64)
            own = {name: scores[at] for name, scores in of_block.items()}
            near = np.unique(np.concatenate([_nearest(scores) for scores in own.values()]))
            near = near[~np.isin(task.base[near], junk)]
            for name, scores in own.items():
                alike[name].append(scores[near])
            right.append(np.isin(task.base[near], task.relevant[query]))
    answers = sum(len(task.relevant[query]) for query in queries.tolist())
    return Pool({name: np.concatenate(parts) for name, parts in alike.items()}, np.concatenate(right), answers)


def _alike(task: Retrieval, channel: Channel, rows: Vectors, queries: NDArray[np.int64]) -> NDArray[np.float32]:
    """(q, base)"""
    return channel.alike(similarity(channel.describer.space, rows[task.queries[queries]], rows[task.base]))


def _nearest(scores: NDArray[np.float32]) -> NDArray[np.intp]:
    count = min(NEAREST, len(scores))
    return np.argpartition(-scores, count - 1)[:count]
