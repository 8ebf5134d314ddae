"""One task, several methods: what each finds, how sure the figures are, and which methods can be told apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.retrieval import Places, Retrieval
from lookalike.evaluate.method import Method
from lookalike.evaluate.metrics import ranking
from lookalike.evaluate.metrics.pairs import Curve, Flags, Scores
from lookalike.evaluate.metrics.ranking import Ranks
from lookalike.evaluate.misses import Firsts, Miss, worst
from lookalike.evaluate.pooled import Pooled, best_of
from lookalike.evaluate.statistics import Estimate, bootstrap_mean, bootstrap_p, holm, interval, resampled, told_apart
from lookalike.types import Vectors

MEASURES: Mapping[str, Callable[[Ranks], float]] = {
    "p@1": lambda ranks: ranking.precision_at(ranks, 1),
    "hit@5": lambda ranks: ranking.hit_rate_at(ranks, 5),
    "recall@10": lambda ranks: ranking.recall_at(ranks, 10),
    "r_precision": ranking.r_precision,
    "map@r": ranking.map_at_r,
    "ap": ranking.step_ap,
}
ALONE = ("p@1", "recall@10", "ap")
"""Measures that say something where one picture is right."""
REPLICATES = 1000
LEVEL = 0.05
BLOCK = 256


def decides(task: Retrieval) -> str:
    """The measure by which methods are compared: of copies a threshold is asked for, of all else an order."""
    return "micro-ap" if task.task == "copies" else "map@r"


@dataclass(frozen=True)
class Row:
    """Row of a table for one method. `pareto`: no other is at least as good and as cheap, and better in one.

    `behind` is the p-value of its distance to the best method by the measure that decides, held down for their number;
    None for that best one. Above `LEVEL` the difference is inside the noise. `by_kind` is p@1 of each kind of query.
    `curve` is that of the threshold over all pairs, where queries without an answer make one worth looking at.
    """

    method: str
    metrics: Mapping[str, Estimate]
    ms_per_image: float
    bytes_per_image: int
    ms_per_query: float
    pareto: bool
    behind: float | None
    by_kind: Mapping[str, Estimate] = field(default_factory=dict)
    curve: Curve | None = None
    misses: tuple[Miss, ...] = ()

    @property
    def is_level_with_the_best(self) -> bool:
        """Whether the best method is no better than chance would have it, or is this one."""
        return self.behind is None or self.behind > LEVEL


@dataclass(frozen=True, eq=False)
class Found:
    """Results of one method: the ranks of what is relevant to each answered query, the best pairs of every query."""

    ranks: list[Ranks]
    best: list[tuple[Scores, Flags]]
    firsts: Firsts
    seconds: float


def evaluate(
    task: Retrieval,
    methods: Sequence[Method],
    rows: Mapping[str, Vectors],
    ms_per_image: Mapping[str, float],
    rng: np.random.Generator,
) -> list[Row]:
    """In the order of `methods`. `rows` (n, d) and `ms_per_image` are by name of describer; n as in `task.pictures`."""
    found = {method.name: _found(task, method, rows) for method in methods}
    judge = _pooled if task.task == "copies" else _averaged
    figures, behind = judge(task, found, rng)
    cost = {m.name: sum(ms_per_image[channel.name] for channel in m.channels) for m in methods}
    quality = {name: metrics[decides(task)].value for name, metrics in figures.items()}
    return [
        Row(
            method.name,
            figures[method.name],
            cost[method.name],
            method.bytes_per_image,
            1000 * found[method.name].seconds / len(task.queries),
            _is_on_the_front(method.name, quality, cost),
            behind.get(method.name),
            _by_kind(task, found[method.name], rng),
            _curve(task, found[method.name]),
            worst(task, found[method.name].firsts),
        )
        for method in methods
    ]


Judged: TypeAlias = tuple[dict[str, dict[str, Estimate]], dict[str, float]]
"""By method each measure's estimate; by method but the best one the p-value of the distance between the two."""


def _averaged(task: Retrieval, found: Mapping[str, Found], rng: np.random.Generator) -> Judged:
    """Measures of one query each, averaged; told apart by permutation over queries."""
    values = {name: _values(each) for name, each in found.items()}
    groups = _groups(task)
    figures = {
        name: {measure: bootstrap_mean(each, groups, rng) for measure, each in of_method.items()}
        for name, of_method in values.items()
    }
    deciding = {name: of_method[decides(task)] for name, of_method in values.items()}
    best = max(deciding, key=lambda name: float(deciding[name].mean()))
    pairs = [(best, name) for name in deciding if name != best]
    units = np.arange(len(deciding[best]))
    return figures, {name: p for (_, name), p in told_apart(deciding, pairs, units, rng).items()}


def _pooled(task: Retrieval, found: Mapping[str, Found], rng: np.random.Generator) -> Judged:
    """Measures of single queries, and of one threshold for all; told apart by the bootstrap over originals."""
    answers = np.array([len(places) for places in task.relevant], np.int64)
    drawn = resampled(task.groups, rng, REPLICATES)
    groups = _groups(task)
    figures: dict[str, dict[str, Estimate]] = {}
    replicates: dict[str, NDArray[np.float64]] = {}
    for name, each in found.items():
        pooled = Pooled.of(each.best, answers)
        values, of_values = pooled.values(), pooled.replicates(drawn)
        single = {measure: bootstrap_mean(of, groups, rng) for measure, of in _values(each).items() if measure in ALONE}
        figures[name] = single | {measure: interval(values[measure], of_values[measure]) for measure in values}
        replicates[name] = of_values[decides(task)]
    quality = {name: metrics[decides(task)].value for name, metrics in figures.items()}
    best = max(quality, key=lambda name: quality[name])
    behind = {
        name: bootstrap_p(replicates[best], replicates[name], quality[best] - quality[name])
        for name in found
        if name != best
    }
    return figures, holm(behind)


def _values(found: Found) -> dict[str, NDArray[np.float64]]:
    """(a,) of each measure, one an answered query."""
    return {name: np.array([of(each) for each in found.ranks]) for name, of in MEASURES.items()}


def _groups(task: Retrieval) -> NDArray[np.int64]:
    """(a,) those of the answered queries, numbered from 0 without gaps."""
    return np.unique(task.groups[task.answered], return_inverse=True)[1].astype(np.int64)


def _by_kind(task: Retrieval, found: Found, rng: np.random.Generator) -> dict[str, Estimate]:
    if not task.kinds:
        return {}
    kinds = np.array(task.kinds)[task.answered]
    first = np.array([MEASURES["p@1"](ranks) for ranks in found.ranks])
    groups = _groups(task)
    of_kind = {kind: kinds == kind for kind in dict.fromkeys(task.kinds)}
    return {
        kind: bootstrap_mean(first[those], np.unique(groups[those], return_inverse=True)[1].astype(np.int64), rng)
        for kind, those in of_kind.items()
    }


def _curve(task: Retrieval, found: Found) -> Curve | None:
    if task.task != "copies":
        return None
    answers = np.array([len(places) for places in task.relevant], np.int64)
    return Pooled.of(found.best, answers).pairs.curve(float(answers.sum()))


def _found(task: Retrieval, method: Method, rows: Mapping[str, Vectors]) -> Found:
    """A query itself is taken out by its place, not by its score."""
    ranks, best = [], []
    firsts: list[tuple[int, float, int]] = []
    seconds = 0.0
    base = {channel.name: rows[channel.name][task.base] for channel in method.channels}
    for start in range(0, len(task.queries), BLOCK):
        block = task.queries[start : start + BLOCK]
        asked = {channel.name: rows[channel.name][block] for channel in method.channels}
        started = time.perf_counter()
        of_block = method.scores(asked, base)
        seconds += time.perf_counter() - started
        for at, scores in enumerate(of_block, start):
            relevant = _among(task.base, task.relevant[at])
            junk = _among(task.base, task.queries[at : at + 1])
            if task.junk:
                junk |= _among(task.base, task.junk[at])
            if relevant.any():
                ranks.append(ranking.ranks_of(scores, relevant, junk))
            place = int(np.argmax(np.where(junk, -np.inf, scores)))
            firsts.append((int(task.base[place]), float(scores[place]), int(ranks[-1][0]) if relevant.any() else 0))
            if task.task == "copies":
                best.append(best_of(scores, relevant, junk))
    columns = [np.array(column) for column in zip(*firsts, strict=True)]
    return Found(ranks, best, Firsts(*columns), seconds)


def _among(base: Places, places: Places) -> NDArray[np.bool_]:
    """(n,) which of the base (ascending) are these places."""
    found = np.zeros(len(base), bool)
    at = np.searchsorted(base, places)
    inside = at < len(base)
    at, places = at[inside], places[inside]
    found[at[base[at] == places]] = True
    return found


def _is_on_the_front(name: str, quality: Mapping[str, float], cost: Mapping[str, float]) -> bool:
    return not any(
        quality[other] >= quality[name]
        and cost[other] <= cost[name]
        and (quality[other] > quality[name] or cost[other] < cost[name])
        for other in quality
    )
