"""All queries under one threshold: their best pairs pooled, and what a resampling of the queries makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.metrics.pairs import Flags, PairList, Scores, Weights

BEST = 10
"""Pairs of each query that are proposed, as copy detection is judged."""

Measure = Callable[[PairList, float, Weights | None], float]
POOLED: Mapping[str, Measure] = MappingProxyType(
    {
        "micro-ap": PairList.micro_ap,
        "recall@p90": lambda pairs, total, weights: pairs.recall_at_precision(total, 0.9, weights),
        "recall@p99": lambda pairs, total, weights: pairs.recall_at_precision(total, 0.99, weights),
    }
)


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

    def values(self) -> dict[str, float]:
        """Each measure of all queries."""
        return {name: measure(self.pairs, float(self.answers.sum()), None) for name, measure in POOLED.items()}

    def replicates(self, drawn: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """(r,) of each measure, where `drawn` (r, q) says how often each query counts."""
        found: dict[str, list[float]] = {name: [] for name in POOLED}
        for counts in drawn:
            total, weights = float(counts @ self.answers), counts[self.query]
            for name, measure in POOLED.items():
                found[name].append(measure(self.pairs, total, weights) if total > 0 else 0.0)
        return {name: np.array(values) for name, values in found.items()}


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
