"""Learned routing: can a model of a library's own vectors tell better than distances which lists to look into?

python benchmarks/routing.py FOLDER [--rows 50000] [--columns 256]    JSON out, with intervals over questions

Two ways, each beside `ivf` with the same lists, at the same number of rows that are compared:
`stop`: trees guess from the distances of a question to its nearest centres how many lists it needs [Li, Zhang, Andersen
& He, Improving approximate nearest neighbor search through learned adaptive early termination, SIGMOD 2020];
`route`: a network orders the lists by how likely they are to hold the neighbours [Dong, Indyk, Razenshteyn & Wagner,
Learning space partitions for nearest neighbor search, ICLR 2020, for lists that are there].
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from ann import moved, real_rows, reduced
from lookalike.index.recall import BEST
from lookalike.types import Vectors
from machine import machine

LISTS: Final = 512
TAUGHT: Final = 5000
ASKED: Final = 1000
PROBES: Final = (2, 4, 8, 16, 32, 64)
NEAREST: Final = 64
"""Centres whose distances the trees see."""
DRAWS: Final = 1000

Order = NDArray[np.int64]
"""(q, LISTS) the lists of each question, the one to look into first at the left."""


class Lists:
    """Rows in lists by their nearest centre."""

    def __init__(self, rows: Vectors) -> None:
        self.rows = rows
        self.centres: Any = faiss.Kmeans(rows.shape[1], LISTS, niter=10, seed=0, spherical=True)
        self.centres.train(np.asarray(rows, np.float32))
        self.of = self.centres.index.search(rows, 1)[1][:, 0]
        self.sizes = np.bincount(self.of, minlength=LISTS)

    def nearness(self, questions: Vectors) -> NDArray[np.float32]:
        """(q, LISTS) cosines with the centres."""
        return np.asarray(questions @ self.centres.centroids.T, np.float32)

    def best(self, questions: Vectors, own: bool) -> NDArray[np.int64]:
        """(q, BEST) rows that exact search finds; without the question itself where it is a row."""
        _, found = faiss.knn(questions, self.rows, BEST + own, metric=faiss.METRIC_INNER_PRODUCT)
        return np.asarray(found[:, own:], np.int64)

    def found(self, order: Order, best: NDArray[np.int64]) -> NDArray[np.float64]:
        """(q, LISTS) share of the best in the first lists, for each number of them."""
        place = np.argsort(order, axis=1)
        at = np.take_along_axis(place, self.of[best], axis=1)  # (q, BEST) in which of its lists each is
        counts = (at[:, :, None] == np.arange(LISTS)).sum(axis=1)
        return np.asarray(np.cumsum(counts, axis=1) / BEST)

    def compared(self, order: Order) -> NDArray[np.int64]:
        """(q, LISTS) rows in the first lists."""
        return np.asarray(np.cumsum(self.sizes[order], axis=1))


def needed(found: NDArray[np.float64]) -> NDArray[np.int64]:
    """(q,) lists until all of the best are found."""
    return np.asarray(1 + (found < 1 - 1e-9).sum(axis=1))


def features(nearness: NDArray[np.float32]) -> NDArray[np.float32]:
    """(q, 2 NEAREST) cosines with the nearest centres, and how far each is behind the first."""
    first = -np.sort(-nearness, axis=1)[:, :NEAREST]
    return np.concatenate([first, first[:, :1] - first], axis=1)


def stopping(lists: Lists, taught: Vectors, asked: Vectors) -> tuple[NDArray[np.float64], float]:
    """(q,) lists that trees guess each question to need, as a logarithm; and the ms that one guess takes."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    nearness = lists.nearness(taught)
    wanted = needed(lists.found(np.argsort(-nearness, axis=1), lists.best(taught, own=True)))
    trees = HistGradientBoostingRegressor(max_iter=150, random_state=0)
    trees.fit(features(nearness), np.log2(wanted))
    seen = features(lists.nearness(asked))
    times = [timed(partial(trees.predict, row[None]))[1] for row in seen[:200]]
    return np.asarray(trees.predict(seen)), round(1000 * float(np.mean(times)), 2)


def routing(lists: Lists, taught: Vectors, asked: Vectors) -> Order:
    """Order of a network with one hidden layer that was taught in which lists the best of each row lie."""
    from sklearn.neural_network import MLPClassifier

    best = lists.best(taught, own=True)
    network = MLPClassifier((256,), max_iter=30, early_stopping=True, random_state=0)
    network.fit(np.repeat(taught, BEST, axis=0), lists.of[best].ravel())
    likely = np.full((len(asked), LISTS), -1.0) + 1e-3 * lists.nearness(asked)  # lists it never saw come last
    likely[:, network.classes_] = network.predict_proba(asked)
    return np.argsort(-likely, axis=1)


def interval(gains: NDArray[np.float64]) -> list[float]:
    """Mean gain and its 95 % interval over questions."""
    chance = np.random.default_rng(0)
    means = [gains[chance.integers(0, len(gains), len(gains))].mean() for _ in range(DRAWS)]
    return [round(float(value), 4) for value in (gains.mean(), *np.quantile(means, (0.025, 0.975)))]


def by_rows(found: NDArray[np.float64], compared: NDArray[np.int64], budget: float) -> NDArray[np.float64]:
    """(q,) share found where as many lists are looked into, the same number for all, as cost `budget` rows a question.

    Between two numbers of lists as between their shares.
    """
    cost = compared.mean(axis=0)
    at = int(np.clip(np.searchsorted(cost, budget), 1, LISTS - 1))
    part = float(np.clip((budget - cost[at - 1]) / (cost[at] - cost[at - 1]), 0, 1))
    return np.asarray((1 - part) * found[:, at - 1] + part * found[:, at])


def stopped(
    guess: NDArray[np.float64], found: NDArray[np.float64], compared: NDArray[np.int64], budget: float
) -> NDArray[np.float64]:
    """(q,) share found where each question looks into a multiple of its guess, such that all cost `budget`."""
    each = np.arange(len(guess))

    def lists(shift: float) -> NDArray[np.int64]:
        return np.asarray(np.clip(np.rint(2 ** (guess + shift)), 1, LISTS).astype(np.int64) - 1)

    shifts = np.linspace(-9, 9, 361)
    costs = np.array([compared[each, lists(shift)].mean() for shift in shifts])
    return np.asarray(found[each, lists(shifts[np.abs(costs - budget).argmin()])])


def run(rows: Vectors, asked: Vectors) -> dict[str, object]:
    """What is found at the cost of each number of lists, and what is gained over distances alone."""
    lists = Lists(rows)
    taught = rows[np.random.default_rng(3).choice(len(rows), TAUGHT, replace=False)]
    best = lists.best(asked, own=False)
    plain = np.argsort(-lists.nearness(asked), axis=1)
    found, compared = lists.found(plain, best), lists.compared(plain)
    (guess, trees_ms), trees_s = timed(lambda: stopping(lists, taught, asked))
    routed, network_s = timed(lambda: routing(lists, taught, asked))
    by_network = lists.found(routed, best), lists.compared(routed)
    table = []
    for probes in PROBES:
        budget = float(compared[:, probes - 1].mean())
        base = found[:, probes - 1]
        table.append(
            {
                "lists": probes,
                "rows_compared": round(budget),
                "recall": round(float(base.mean()), 4),
                "stop_gain": interval(stopped(guess, found, compared, budget) - base),
                "route_gain": interval(by_rows(*by_network, budget) - base),
            }
        )
    return {"table": table, "trees_s": round(trees_s, 1), "trees_ms": trees_ms, "network_s": round(network_s, 1)}


def timed(action: Callable[[], Any]) -> tuple[Any, float]:
    """The result, and seconds of CPU."""
    started = time.process_time()
    result = action()
    return result, time.process_time() - started


def main() -> None:
    """Vectors of `convnet`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--columns", type=int, default=256)
    given = parser.parse_args()
    space, real = reduced(*real_rows(given.folder, "convnet"), given.columns)
    chance = np.random.default_rng(0)
    result = run(moved(space, real, given.rows, chance), moved(space, real, ASKED, chance))
    print(json.dumps({"rows": given.rows, "columns": given.columns, "machine": machine(), **result}, indent=2))


if __name__ == "__main__":
    main()
