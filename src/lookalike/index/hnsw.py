"""A graph of neighbours on several levels, walked from far to near.

[Malkov & Yashunin, Efficient and robust approximate nearest neighbor search using hierarchical navigable small world
graphs, PAMI 2020]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.finders import Index
from lookalike.index.faiss_ import METRICS, FaissIndex, WalkParameters, check_metric, mapped, read, selector
from lookalike.index.ivf import QUANTISERS, Codes
from lookalike.types import Ids, Metric, Space, Vectors

GONE: Final = -1
"""Id of a row that was dropped: paths lead across it, and it is no answer."""
_MOST_MARKED: Final = 0.25
"""Share of rows that may be marked as gone before the graph is built anew."""
_NARROW: Final = 0.1
"""A filter that leaves less than this share is answered by comparing every row of it."""
_WIDE: Final = 0.1
"""So is who asks for more than this share of the rows."""


@dataclass(frozen=True)
class NeighbourGraph:
    """Makes graphs over `codes` of each row, whose `neighbours` are found among `breadth_of_build` candidates.

    One thread builds: the graph is the same each time.
    """

    name: ClassVar[str] = "hnsw"
    revision: ClassVar[int] = 1
    metrics: ClassVar[tuple[Metric, ...]] = ("cosine", "l2")

    codes: Codes = "half"
    neighbours: int = 32
    breadth_of_build: int = 80
    breadth: int = 128
    """Candidates that are held at once while a question walks the graph."""

    factor: ClassVar[int] = 1

    @property
    def efforts(self) -> Mapping[str, Sequence[int]]:
        """Fields that may grow without another file."""
        return {"breadth": (64, 128, 256, 512, 1024)}

    def bytes(self, space: Space, n: int) -> int:
        """Codes, two edges for each neighbour, and an id each."""
        return n * ({"sq8": 1, "half": 2, "float": 4}[self.codes] * space.dim + 8 * self.neighbours + 16)

    def build(self, space: Space, sample: Vectors) -> Index:
        """An empty index, the ranges of its codes learned from `sample`."""
        check_metric(self, space)
        return _Graph(space, self, faiss.IndexIDMap(self._graph(space, sample)))

    def load(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`."""
        return _Graph(space, self, read(path, space))

    def mapped(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`, its graph and its codes as a map until they change."""
        return _Graph(space, self, mapped(path, space), is_map=True)

    def _graph(self, space: Space, sample: Vectors) -> Any:
        metric = METRICS[space.metric]
        graph: Any
        if self.codes == "float":
            graph = faiss.IndexHNSWFlat(space.dim, self.neighbours, metric)
        else:
            graph = faiss.IndexHNSWSQ(space.dim, QUANTISERS[self.codes], self.neighbours, metric)
            graph.train(np.ascontiguousarray(sample if len(sample) else np.zeros((1, space.dim)), np.float32))
        graph.hnsw.efConstruction = self.breadth_of_build
        return graph


class _Graph(FaissIndex):
    """Rows that are dropped are marked until they are a quarter of all; then the graph is built anew without them."""

    maker: NeighbourGraph

    def __len__(self) -> int:
        return int(self.index.ntotal) - self.marked

    @property
    def marked(self) -> int:
        """Rows that were dropped, and are still walked across."""
        return int((self._labels == GONE).sum())

    def _stored_ids(self) -> Ids:
        labels = self._labels
        return np.asarray(labels[labels != GONE])

    @property
    def _labels(self) -> NDArray[np.int64]:
        """(n,) id of each row, to be written to."""
        if not self.index.ntotal:
            return np.empty(0, np.int64)
        return np.asarray(faiss.rev_swig_ptr(self.index.id_map.data(), self.index.ntotal))

    @property
    def _rows(self) -> Any:
        """The codes of all rows, without the graph."""
        graph: Any = faiss.downcast_index(self.index.index)
        return faiss.downcast_index(graph.storage)

    def _append(self, ids: Ids, vectors: Vectors) -> None:
        before = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            super()._append(ids, vectors)
        finally:
            faiss.omp_set_num_threads(before)

    def _drop(self, ids: Ids) -> None:
        labels = self._labels
        labels[np.isin(labels, ids)] = GONE
        if self.marked > _MOST_MARKED * len(labels):
            self._build_anew()

    def _build_anew(self) -> None:
        """Codes of decoded codes are these codes: nothing is lost."""
        kept = np.flatnonzero(self._labels != GONE)
        ids, rows = self._labels[kept], self._rows.reconstruct_batch(kept)
        self.index = faiss.IndexIDMap(self.maker._graph(self.space, rows))
        if len(ids):
            self._append(ids, rows)

    def _nearest(self, queries: Vectors, k: int, among: Ids | None) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Walks the graph; compares every row where many are asked for, few may answer, or the walk ended early."""
        narrow = among is not None and len(among) < _NARROW * len(self)
        if narrow or k > _WIDE * len(self):
            return self._compared(queries, k, among)
        passing = faiss.IDSelectorRange(0, np.iinfo(np.int64).max) if among is None else selector(among)
        parameters = WalkParameters(sel=passing, efSearch=max(self.maker.breadth, 2 * k))
        distances, labels = self.index.search(queries, k, params=parameters)
        short = (labels < 0).any(axis=1)
        if short.any():
            distances[short], labels[short] = self._compared(queries[short], k, among)
        return distances, labels

    def _compared(self, queries: Vectors, k: int, among: Ids | None) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The nearest of all rows that pass."""
        labels = self._labels
        passing = np.flatnonzero(labels != GONE if among is None else np.isin(labels, among[among != GONE]))
        parameters = faiss.SearchParameters(sel=selector(passing))  # type: ignore[call-arg]
        distances, places = self._rows.search(queries, k, params=parameters)
        return distances, np.where(places < 0, -1, labels[places])
