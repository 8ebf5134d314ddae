"""Every row compared: exact. Of bits, all rows within a distance are found in one pass too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, get_args

import faiss
import numpy as np

from lookalike.finders import Index
from lookalike.index.faiss_ import METRICS, FaissIndex, check_queries, mapped, read, selector
from lookalike.types import Hits, Ids, Metric, Space, Vectors


@dataclass(frozen=True)
class Flat:
    """Makes indexes for every metric; nothing is trained."""

    name: ClassVar[str] = "flat"
    revision: ClassVar[int] = 1
    metrics: ClassVar[tuple[Metric, ...]] = get_args(Metric)
    factor: ClassVar[int] = 1
    efforts: ClassVar[Mapping[str, Sequence[int]]] = {}

    def bytes(self, space: Space, n: int) -> int:
        """The rows, with an id each."""
        return n * (space.columns * space.dtype.itemsize + 8)

    def build(self, space: Space, sample: Vectors) -> Index:  # noqa: ARG002  nothing to train
        """An empty index."""
        if space.metric == "hamming":
            return ComparedBits(space, self, faiss.IndexBinaryIDMap2(faiss.IndexBinaryFlat(space.dim)))
        return FaissIndex(space, self, faiss.IndexIDMap2(faiss.IndexFlat(space.dim, METRICS[space.metric])))

    def load(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`."""
        return _kind(space)(space, self, read(path, space))

    def mapped(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`, its rows as a map until they change."""
        return _kind(space)(space, self, mapped(path, space), is_map=True)


class ComparedBits(FaissIndex):
    """Rows of bits, whose distances are few numbers: of a million rows a hundred may be as far as the last of the best.

    So a first pass tells how far that is, and a second one finds all rows up to there.
    """

    def within(self, queries: Vectors, distance: int, among: Ids | None = None) -> list[Hits]:
        """For each query all rows that differ from it in so many bits at most; only of ids in `among`, when given."""
        check_queries(self.space, queries)
        parameters = None if among is None else faiss.SearchParameters(sel=selector(among))  # type: ignore[call-arg]
        radius = min(distance, self.space.dim) + 1  # rows at the radius are left out
        limits, apart, ids = self.index.range_search(np.ascontiguousarray(queries), radius, params=parameters)
        scores = self._scores(apart.astype(np.int32))
        parts = [slice(int(start), int(end)) for start, end in pairwise(limits)]
        return [Hits.ranked(ids[part], scores[part]) for part in parts]

    def _ranked(self, queries: Vectors, k: int, there: int, among: Ids | None) -> list[Hits]:  # noqa: ARG002
        last = self._nearest(queries, k, among)[0][:, -1]
        found: dict[int, Hits] = {}
        for distance in np.unique(last):
            at = np.flatnonzero(last == distance)
            found |= zip(at.tolist(), self.within(queries[at], int(distance), among), strict=True)
        return [Hits(found[query].ids[:k], found[query].scores[:k]) for query in range(len(queries))]


def _kind(space: Space) -> type[FaissIndex]:
    return ComparedBits if space.metric == "hamming" else FaissIndex
