"""An inverted file of bits: lists by the nearest of binary centres, of which a question looks into some.

[Sivic & Zisserman, Video Google, ICCV 2003; centres: k-means of bits as floats, rounded]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.finders import Index
from lookalike.index.bits import nearest_bits
from lookalike.index.faiss_ import FaissIndex, check_metric, read
from lookalike.index.probed import EACH, ids_in
from lookalike.types import Ids, Metric, Space, Vectors


@dataclass(frozen=True)
class BinaryLists:
    """Makes inverted files for Hamming spaces."""

    name: ClassVar[str] = "binary_ivf"
    revision: ClassVar[int] = 1
    metrics: ClassVar[tuple[Metric, ...]] = ("hamming",)

    lists: int = 512
    probes: int = 64

    factor: ClassVar[int] = 1

    @property
    def efforts(self) -> Mapping[str, Sequence[int]]:
        """Fields that may grow without another file."""
        return {"probes": [4 << power for power in range(12) if 4 << power < self.lists] + [self.lists]}

    def bytes(self, space: Space, n: int) -> int:
        """Rows with an id each, and centres."""
        return n * (space.columns + 8) + self.lists * space.columns

    def build(self, space: Space, sample: Vectors) -> Index:
        """An empty index, its centres learned from `sample` with a fixed seed."""
        check_metric(self, space)
        sample = sample if len(sample) else np.zeros((1, space.columns), np.uint8)
        lists = max(1, min(self.lists, len(sample) // EACH))
        centres: Any = faiss.IndexBinaryFlat(space.dim)
        index = faiss.IndexBinaryIVF(centres, space.dim, lists)
        centres.this.disown()
        index.own_fields = True
        index.cp.niter, index.cp.seed, index.cp.min_points_per_centroid = 10, 0, 1
        index.train(np.ascontiguousarray(sample))
        return _BinaryLists(space, self, index)

    def load(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`."""
        return _BinaryLists(space, self, read(path, space))


class _BinaryLists(FaissIndex):
    maker: BinaryLists

    def __init__(self, space: Space, maker: BinaryLists, index: Any) -> None:
        super().__init__(space, maker, index)

    def _nearest(self, queries: Vectors, k: int, among: Ids | None) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Looks into some lists, into all where some have not held enough; under a filter at all rows that pass it."""
        if among is not None:
            return self._compared(queries, k, among)
        probes = min(self.maker.probes, self.index.nlist)
        distances, labels = self._probed(queries, k, probes)
        short = (labels < 0).any(axis=1)
        if probes < self.index.nlist and short.any():
            distances[short], labels[short] = self._probed(queries[short], k, self.index.nlist)
        return distances, labels

    def _probed(self, queries: Vectors, k: int, probes: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
        parameters = faiss.SearchParametersIVF(nprobe=probes)  # type: ignore[call-arg]
        distances, labels = self.index.search(queries, k, params=parameters)
        return distances, labels

    def _compared(self, queries: Vectors, k: int, among: Ids) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """faiss takes no filter here."""
        ids, rows = self._stored_ids(), rows_in(self.index.invlists, self.space)
        kept = np.isin(ids, among)
        return nearest_bits(self.space, queries, ids[kept], rows[kept], k)

    def _stored_ids(self) -> Ids:
        return ids_in(self.index.invlists)


def rows_in(lists: Any, space: Space) -> Vectors:
    """(n, d/8) the codes in faiss's lists, in their order."""
    sizes = [lists.list_size(number) for number in range(lists.nlist)]
    parts = [
        faiss.rev_swig_ptr(lists.get_codes(number), size * space.columns).reshape(size, -1).copy()
        for number, size in enumerate(sizes)
        if size
    ]
    return np.concatenate([np.empty((0, space.columns), np.uint8), *parts])
