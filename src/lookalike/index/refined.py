"""Hits of coarse codes, scored anew by the stored vectors.

[Jegou, Tavenard, Douze & Amsaleg, Searching in one billion vectors: re-rank with source coding, ICASSP 2011]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from lookalike.finders import Finder, Index
from lookalike.index.similarity import similarity
from lookalike.types import Hits, Ids, Vectors

Rows: TypeAlias = Callable[[Ids], Iterable[tuple[Ids, Vectors]]]
"""Stored vectors of ascending ids, in batches; what is not there is left out."""
AT_ONCE: Final = 32
"""Questions whose candidates are read together."""


@dataclass(frozen=True, eq=False)
class Refined:
    """Answers of an index, with exact scores: the best of its maker's `factor` times as many hits as are asked for."""

    index: Index
    rows: Rows

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> list[Hits]:
        """For each query its best `k`, or fewer where there are fewer; only of ids in `among`, when given."""
        parts = [queries[start : start + AT_ONCE] for start in range(0, len(queries), AT_ONCE)]
        return [hits for part in parts for hits in self._scored(part, k, among)]

    def _scored(self, queries: Vectors, k: int, among: Ids | None) -> list[Hits]:
        coarse = self.index.search(queries, self.index.maker.factor * k, among)
        ids, vectors = self._stored(np.unique(np.concatenate([hits.ids for hits in coarse])))
        found = []
        for query, hits in zip(queries, coarse, strict=True):
            at = np.flatnonzero(np.isin(ids, hits.ids))
            found.append(Hits.ranked(ids[at], similarity(self.index.space, query[None], vectors[at])[0], k))
        return found

    def _stored(self, ids: Ids) -> tuple[Ids, Vectors]:
        """Ids among `ids` that have a vector, and (n, d) the vectors."""
        space, batches = self.index.space, list(self.rows(ids))
        return (
            np.concatenate([np.empty(0, np.int64), *(found for found, _ in batches)]),
            np.concatenate([np.empty((0, space.columns), space.dtype), *(rows for _, rows in batches)]),
        )


def refined(index: Index, rows: Rows) -> Finder:
    """The index as it is asked: itself where its own scores will do."""
    return index if index.maker.factor == 1 else Refined(index, rows)
