"""Learns weights and tries re-rankers against the default, each question judged by what other groups taught."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.search.ranking.channels import DEFAULT_WEIGHTS
from lookalike.search.ranking.reordering import reordered
from lookalike.search.ranking.rerank import RERANKERS
from lookalike.search.tuning.evidence import Evidence, Scores
from lookalike.search.tuning.profile import Estimate, Profile
from lookalike.search.tuning.stacking import stacked, weighed

FOLDS: Final = 5
ASKED: Final = 400
"""Questions that are judged at most."""
REPLICATES: Final = 1000
DEFAULT, LEARNED = "default", "learned"


@dataclass(frozen=True)
class Way:
    """Weights and a re-ranker that were tried: MAP@R where the group taught nothing, and the gain over the default."""

    weights: str
    rerank: str | None
    value: float
    gain: Estimate


@dataclass(frozen=True)
class Tuned:
    """`profile` is None where nothing is better for sure; `chosen` is the gain of the best way on other folds."""

    profile: Profile | None
    ways: tuple[Way, ...]
    default: float
    chosen: Estimate
    questions: int
    groups: int
    source: str
    weights: Mapping[str, float]


def tuned(evidence: Evidence, rng: np.random.Generator, rerankers: Sequence[str] = tuple(RERANKERS)) -> Tuned:
    """The outcome of trying both weights with each re-ranker and without one.

    Groups are folded into `FOLDS`. Weights are learned on all folds but one and judged on it, as is the way that was
    best on the others. What is kept is learned from all.
    """
    evidence = evidence.answered()
    judged = np.sort(rng.permutation(len(evidence.groups))[:ASKED])
    folds = _folds(evidence.groups, rng)
    default = {name: weight for name, weight in DEFAULT_WEIGHTS.items() if name in evidence.asked} or dict.fromkeys(
        evidence.asked, 1.0
    )
    ways = [(weights, rerank) for weights in (DEFAULT, LEARNED) for rerank in (None, *rerankers)]
    values = np.zeros((len(ways), len(judged)))
    for fold in range(FOLDS):
        mine = np.flatnonzero(folds[judged] == fold)
        if len(mine):
            learned = stacked(evidence, folds != fold, rng)
            values[:, mine] = _values(evidence, judged[mine], {DEFAULT: default, LEARNED: learned}, ways)
    groups = np.unique(evidence.groups[judged], return_inverse=True)[1]
    means = values.mean(axis=1)
    told = tuple(
        Way(weights, rerank, float(means[at]), _estimate(values[at] - values[0], groups, rng))
        for at, (weights, rerank) in enumerate(ways)
    )
    unseen = np.array([_best(values, folds[judged] != fold) for fold in range(FOLDS)])
    picked = values[unseen[folds[judged]], np.arange(len(judged))]
    chosen = _estimate(picked - values[0], groups, rng)
    best = _best(values, np.ones(len(judged), bool))
    weights, rerank = ways[best]
    everything = stacked(evidence, np.ones(len(evidence.groups), bool), rng)
    kept = default if weights == DEFAULT else everything
    digests = {each.name: each.describer.space.digest for each in evidence.channels if each.name in kept}
    profile = Profile(kept, digests, rerank, evidence.source, len(judged), float(means[0]), chosen)
    is_better = best != 0 and chosen[1] > 0
    return Tuned(
        profile if is_better else None,
        told,
        float(means[0]),
        chosen,
        len(judged),
        int(groups.max()) + 1,
        evidence.source,
        everything,
    )


def _folds(groups: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """(q,) fold of each question: those of one group are in one."""
    names, of = np.unique(groups, return_inverse=True)
    return np.asarray((rng.permutation(len(names)) % FOLDS)[of], np.int64)


def _values(
    evidence: Evidence,
    questions: NDArray[np.int64],
    weights: Mapping[str, Mapping[str, float]],
    ways: Sequence[tuple[str, str | None]],
) -> NDArray[np.float64]:
    """(ways, q) MAP@R of these questions."""
    values = np.zeros((len(ways), len(questions)))
    for name, own in weights.items():
        near = weighed(evidence.near, own)
        asked = weighed({channel: scores[questions] for channel, scores in evidence.asked.items()}, own)
        for at, question in enumerate(questions.tolist()):
            counted = np.flatnonzero(evidence.counted[question])
            right, scores = evidence.right[question, counted], asked[at, counted]
            for row, (of, rerank) in enumerate(ways):
                if of == name:
                    values[row, at] = map_at_r(_reordered(scores, near, counted, rerank), right)
    return values


def _reordered(scores: Scores, near: Scores, counted: NDArray[np.int64], rerank: str | None) -> NDArray[np.int64]:
    if rerank is None:
        return np.argsort(-scores, kind="stable")
    return reordered(RERANKERS.spelled(rerank), scores, lambda at: near[np.ix_(counted[at], counted[at])])


def map_at_r(order: NDArray[np.int64], right: NDArray[np.bool_]) -> float:
    """MAP@R of places, best first, and which are right [Musgrave, Belongie & Lim, ECCV 2020]."""
    count = int(right.sum())
    found = right[order[:count]]
    return float((np.cumsum(found) * found / np.arange(1, len(found) + 1)).sum() / count)


def _best(values: NDArray[np.float64], among: NDArray[np.bool_]) -> int:
    """The way that is best on some questions; of equals the first, which is the plainest."""
    return int(values[:, among].mean(axis=1).argmax()) if among.any() else 0


def _estimate(values: NDArray[np.float64], groups: NDArray[np.int64], rng: np.random.Generator) -> Estimate:
    """The mean, and its 95 % interval by the bootstrap over groups [Efron, Bootstrap methods, 1979]."""
    count = int(groups.max()) + 1
    sums, sizes = np.bincount(groups, values, count), np.bincount(groups, minlength=count)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=REPLICATES)
    low, high = np.quantile((drawn @ sums) / np.maximum(drawn @ sizes, 1), (0.025, 0.975))
    return float(values.mean()), float(low), float(high)
