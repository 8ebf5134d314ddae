"""All queries under one threshold: their best pairs pooled, and what a resampling of the queries makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.metrics.pairs import Flags, PairList, Scores

BEST = 10
"""Pairs of each query that are proposed, as copy detection is judged."""

PRECISIONS = (0.9, 0.99)


@dataclass(frozen=True, eq=False)
class Pooled:
    """Pairs of all queries, (m,) the query of each, and (q,) how many right answers each query has."""

    pairs: PairList
    query: NDArray[np.int64]
    answers: NDArray[np.int64]

    @classmethod
    def of(cls, best: list[tuple[Scores, Flags]], answers: NDArray[np.int64]) -> Pooled:
        """From the best scores of each query, and whether each is right."""
        scores = np.concatenate([scores for scores, _ in best])
        pairs = PairList.of(scores, np.concatenate([right for _, right in best]))
        query = np.repeat(np.arange(len(best)), [len(scores) for scores, _ in best])
        return cls(pairs, query[pairs.place], answers)

    def values(self, counts: NDArray[np.float64] | None = None) -> dict[str, float]:
        """Each measure, of all queries, or of each as often as (q,) `counts` says; 0 where none has an answer."""
        counts = np.ones(len(self.answers)) if counts is None else counts
        total, weights = float(counts @ self.answers), counts[self.query]
        if total == 0:
            return dict.fromkeys(("micro-ap", *map(_name, PRECISIONS)), 0.0)
        curve = self.pairs.curve(total, weights)
        return {
            "micro-ap": self.pairs.micro_ap(total, weights),
            **{_name(least): float(curve.recall[curve.precision >= least].max(initial=0)) for least in PRECISIONS},
        }

    def replicates(self, drawn: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """(r,) of each measure, where `drawn` (r, q) says how often each query counts."""
        found = [self.values(counts) for counts in drawn]
        return {name: np.array([each[name] for each in found]) for name in found[0]}


def _name(precision: float) -> str:
    return f"recall@p{100 * precision:.0f}"


def best_of(scores: Scores, relevant: Flags, junk: Flags) -> tuple[Scores, Flags]:
    """The `BEST` pairs of one query, wrong ones first among equals, and whether each is right."""
    counted = np.flatnonzero(~junk)
    scores, right = scores[counted], relevant[counted]
    if len(scores) > BEST:
        least = np.partition(scores, len(scores) - BEST)[len(scores) - BEST]
        near = np.flatnonzero(scores >= least)
        scores, right = scores[near], right[near]
    order = np.lexsort((right, -scores))[:BEST]
    return scores[order], right[order]
