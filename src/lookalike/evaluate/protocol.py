"""One task, several methods: what each finds, how sure the figures are, and which methods can be told apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.retrieval import Retrieval
from lookalike.evaluate.method import Method
from lookalike.evaluate.metrics import ranking
from lookalike.evaluate.metrics.ranking import Ranks
from lookalike.evaluate.statistics import Estimate, bootstrap_mean, told_apart
from lookalike.types import Vectors

MEASURES: Mapping[str, Callable[[Ranks], float]] = {
    "p@1": lambda ranks: ranking.precision_at(ranks, 1),
    "hit@5": lambda ranks: ranking.hit_rate_at(ranks, 5),
    "recall@10": lambda ranks: ranking.recall_at(ranks, 10),
    "r_precision": ranking.r_precision,
    "map@r": ranking.map_at_r,
    "ap": ranking.step_ap,
}
DECIDES = "map@r"
"""The measure by which methods are compared."""
LEVEL = 0.05
BLOCK = 256


@dataclass(frozen=True)
class Row:
    """What a table says of one method. `pareto`: no other is at least as good and as cheap, and better in one.

    `behind` is the p-value of its distance to the best method by `DECIDES`, held down for their number; None for that
    best one. Above `LEVEL` the difference is inside the noise.
    """

    method: str
    metrics: Mapping[str, Estimate]
    ms_per_image: float
    bytes_per_image: int
    ms_per_query: float
    pareto: bool
    behind: float | None

    @property
    def is_level_with_the_best(self) -> bool:
        """Whether the best method is no better than chance would have it, or is this one."""
        return self.behind is None or self.behind > LEVEL


def evaluate(
    task: Retrieval,
    methods: Sequence[Method],
    rows: Mapping[str, Vectors],
    ms_per_image: Mapping[str, float],
    rng: np.random.Generator,
) -> list[Row]:
    """In the order of `methods`. `rows` (n, d) and `ms_per_image` are by name of describer; n as in `task.pictures`."""
    values: dict[str, dict[str, NDArray[np.float64]]] = {}
    query_ms: dict[str, float] = {}
    for method in methods:
        ranks, seconds = _ranks(task, method, rows)
        query_ms[method.name] = 1000 * seconds / len(task.queries)
        values[method.name] = {name: np.array([of(each) for each in ranks]) for name, of in MEASURES.items()}
    cost = {m.name: sum(ms_per_image[channel.name] for channel in m.channels) for m in methods}
    quality = {name: float(found[DECIDES].mean()) for name, found in values.items()}
    behind = _behind({name: found[DECIDES] for name, found in values.items()}, quality, rng)
    return [
        Row(
            method.name,
            {name: bootstrap_mean(found, task.groups, rng) for name, found in values[method.name].items()},
            cost[method.name],
            method.bytes_per_image,
            query_ms[method.name],
            _is_on_the_front(method.name, quality, cost),
            behind.get(method.name),
        )
        for method in methods
    ]


def _ranks(task: Retrieval, method: Method, rows: Mapping[str, Vectors]) -> tuple[list[Ranks], float]:
    """Of what is relevant to each query, itself taken out by its place, not by its score; the seconds of scoring."""
    found = []
    seconds = 0.0
    in_base = np.zeros(len(task.pictures), bool)
    in_base[task.base] = True
    for start in range(0, len(task.queries), BLOCK):
        block = task.queries[start : start + BLOCK]
        started = time.perf_counter()
        of_block = method.scores(rows, block)
        seconds += time.perf_counter() - started
        for at, scores in enumerate(of_block, start):
            relevant = np.zeros(len(task.pictures), bool)
            relevant[task.relevant[at]] = True
            junk = ~in_base
            junk[task.queries[at]] = True
            if task.junk:
                junk[task.junk[at]] = True
            found.append(ranking.ranks_of(scores, relevant, junk))
    return found, seconds


def _behind(
    values: Mapping[str, NDArray[np.float64]], quality: Mapping[str, float], rng: np.random.Generator
) -> dict[str, float]:
    """For each method but the best one the p-value of the distance between the two."""
    best = max(quality, key=lambda name: quality[name])
    pairs = [(best, name) for name in values if name != best]
    units = np.arange(len(values[best]))
    return {name: p for (_, name), p in told_apart(values, pairs, units, rng).items()}


def _is_on_the_front(name: str, quality: Mapping[str, float], cost: Mapping[str, float]) -> bool:
    return not any(
        quality[other] >= quality[name]
        and cost[other] <= cost[name]
        and (quality[other] > quality[name] or cost[other] < cost[name])
        for other in quality
    )
