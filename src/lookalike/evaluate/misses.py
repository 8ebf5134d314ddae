"""Where a method went wrong: what it put first, and what it should have found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.retrieval import Retrieval

WORST = 6
"""Shown of late answers, and of false ones, from as many classes or originals."""
OF_KIND = 2
"""Shown of each edit."""


@dataclass(frozen=True)
class Miss:
    """Places in `Retrieval.pictures`: a query, what was put first with which score, and what was right.

    `rank` is that of the first right one; both are None where nothing should have been found.
    """

    query: int
    first: int
    score: float
    right: int | None
    rank: int | None


@dataclass(frozen=True, eq=False)
class Firsts:
    """(q,) of each query the place that was put first, its score, and the rank of the first right one, else 0."""

    place: NDArray[np.int64]
    score: NDArray[np.float64]
    rank: NDArray[np.int64]


def worst(task: Retrieval, firsts: Firsts) -> tuple[Miss, ...]:
    """The right ones that came latest, then the highest scores given where nothing is right."""
    answered = task.answered
    late = np.flatnonzero(answered & (firsts.rank > 1))
    false = np.flatnonzero(~answered)
    return (
        *_misses(task, firsts, late[np.argsort(-firsts.rank[late], kind="stable")]),
        *_misses(task, firsts, false[np.argsort(-firsts.score[false], kind="stable")]),
    )


def _misses(task: Retrieval, firsts: Firsts, order: Iterable[int]) -> Iterator[Miss]:
    """The first of each group, `OF_KIND` of each kind, `WORST` in all: what fails alike is seen once."""
    seen: set[int] = set()
    kinds: Counter[str] = Counter()
    for at in order:
        group, kind = int(task.groups[at]), task.kinds[at] if task.kinds else ""
        if group not in seen and len(seen) < WORST and (not kind or kinds[kind] < OF_KIND):
            seen.add(group)
            kinds[kind] += 1
            right = int(task.relevant[at][0]) if len(task.relevant[at]) else None
            rank = int(firsts.rank[at]) if right is not None else None
            yield Miss(int(task.queries[at]), int(firsts.place[at]), float(firsts.score[at]), right, rank)
