"""Share of the best that an index finds, measured on rows of its own against exact search, and what that takes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.finders import Index
from lookalike.index.refined import Refined, Rows
from lookalike.index.similarity import similarity
from lookalike.types import Hits, Ids, Space, Vectors

CANDIDATES: Final = 100
"""Hits that a question asks of an index at least; exact scores then decide among them."""
BEST: Final = 10
"""Answers whose share is the recall."""
SOME: Final = 200
"""Questions that are asked first."""
TIMED: Final = 50
"""Questions that are timed, one at a time."""
ROUNDING: Final = 1e-6
"""Scores of one pair, computed beside other pairs, may differ so much."""


@dataclass(frozen=True, eq=False)
class Truth:
    """(q,) ids of rows that ask, (q, d) the rows, and (q,) the score of the last of the `best` other rows."""

    ids: Ids
    rows: Vectors
    least: NDArray[np.float32]
    best: int = BEST

    def share_found(self, index: Index, stored: Rows) -> float:
        """Mean share of the best others that are among the candidates of an index; equals of the last count alike."""
        asked = Refined(index, stored).search(self.rows, CANDIDATES)
        shares = [self._share(at, hits) for at, hits in enumerate(asked)]
        return round(float(np.mean(shares)), 6) if shares else 1.0

    def milliseconds(self, index: Index, stored: Rows) -> float:
        """Median time of one question, with exact scores of its candidates."""
        taken = []
        for row in self.rows[:TIMED]:
            started = time.perf_counter()
            Refined(index, stored).search(row[None], CANDIDATES)
            taken.append(1000 * (time.perf_counter() - started))
        return round(float(np.median(taken)), 3) if taken else 0.0

    def _share(self, at: int, hits: Hits) -> float:
        scores = hits.scores[hits.ids != self.ids[at]][: self.best]
        return float((scores >= self.least[at] - ROUNDING).sum() / self.best) if self.best else 1.0


@dataclass(frozen=True, eq=False)
class Reached:
    """An index with just so much effort as it needs, the recall that it reaches, and the ms of a question."""

    index: Index
    recall: float
    ms: float


def truth_of(space: Space, ids: Ids, rows: Vectors, everything: Iterable[tuple[Ids, Vectors]]) -> Truth:
    """By comparing (q, d) rows, of these ids, with all; `everything` in batches, by ascending id."""
    best = np.full((len(ids), BEST), -np.inf, np.float32)
    for others, vectors in everything:
        scores = similarity(space, rows, vectors)
        asks = np.isin(ids, others)
        scores[asks, np.searchsorted(others, ids[asks])] = -np.inf
        both = np.concatenate([best, scores], axis=1)
        best = np.sort(np.partition(both, -BEST, axis=1)[:, -BEST:], axis=1)
    known = int(np.isfinite(best).sum(axis=1).min(initial=BEST))
    return Truth(ids, rows, best[:, BEST - known :].min(axis=1, initial=1), known)


def least_effort(index: Index, truth: Truth, stored: Rows, wanted: float) -> Reached:
    """Settings of the index that reach the recall with little effort; all of it where none does.

    One kind of effort after the other is raised from the least, with the later ones at their most. Some of the
    questions tell whether it is worth while to ask them all.
    """
    some = Truth(truth.ids[:SOME], truth.rows[:SOME], truth.least[:SOME], truth.best)
    efforts = index.maker.efforts
    settings: dict[str, int] = {name: values[-1] for name, values in efforts.items()}
    recall = truth.share_found(index, stored) if not efforts else 0.0
    for name, values in efforts.items():
        for value in values:
            settings[name] = value
            recall = some.share_found(_with(index, settings), stored)
            if recall >= wanted:
                recall = truth.share_found(_with(index, settings), stored)
            if recall >= wanted:
                break
        else:
            recall = truth.share_found(_with(index, settings), stored)
            break
    chosen = _with(index, settings)
    return Reached(chosen, recall, truth.milliseconds(chosen, stored))


def _with(index: Index, settings: dict[str, int]) -> Index:
    maker: Any = index.maker
    return index.searched_by(replace(maker, **settings)) if settings else index
