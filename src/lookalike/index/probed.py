"""Inverted files: rows in lists by their nearest centre, of which a question looks into some.

[Sivic & Zisserman, Video Google, ICCV 2003; Jegou, Douze & Schmid, Product quantization, PAMI 2011]. Some of the best
may be missed, and scores are approximate: whoever asks scores the candidates exactly.
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
from lookalike.index.faiss_ import METRICS, FaissIndex, check_metric, read, selector
from lookalike.types import Ids, Metric, Space, Vectors

_NARROW: Final = 0.1
"""A filter that leaves less than this share of the rows looks into every list: near ones may be few in each."""
_LEAST: Final = 1024
"""Rows that the codes of every kind can be learned from; or one for each column."""
_NOISE: Final = 1e-3
_NEARLY_NOTHING: Final = np.float32(1e-6)
"""In place of a question of zeros, whose products leave codes nothing to tell apart."""
EACH: Final = 39
"""Rows of the sample for each centre; of fewer faiss warns."""


@dataclass(frozen=True)
class ListMaker:
    """Makes inverted files for cosine and l2 spaces, trained on a sample of their vectors. A kind is its `structure`.

    `lists` are fewer where the sample is small; `probes` of them are looked into; `factor` times as many hits as are
    asked for are to be scored exactly.
    """

    name: ClassVar[str]
    revision: ClassVar[int] = 1
    metrics: ClassVar[tuple[Metric, ...]] = ("cosine", "l2")

    lists: int = 512
    probes: int = 48
    factor: int = 1

    @property
    def efforts(self) -> Mapping[str, Sequence[int]]:
        """Fields that may grow without another file: lists that are looked into, then hits that are scored exactly."""
        probes = {1 << power for power in range(2, 16) if 1 << power < self.most_probes} | {self.most_probes}
        return {"probes": sorted(probes), "factor": self.factors}

    @property
    def most_probes(self) -> int:
        """All lists."""
        return self.lists

    @property
    def factors(self) -> Sequence[int]:
        """One alone: scores of 8 bits a column order well enough."""
        return (1,)

    def walk(self, probes: int) -> Any:  # noqa: ARG002  all centres are compared
        """Parameters by which so many of the nearest centres are found, None for those of faiss."""
        return None

    def row_bytes(self, dim: int) -> int:
        """Bytes of the code of a row."""
        raise NotImplementedError

    def bytes(self, space: Space, n: int) -> int:
        """Codes with an id each, and centres."""
        return n * (self.row_bytes(space.dim) + 8) + 4 * self.lists * space.dim

    def structure(self, dim: int, lists: int, metric: int) -> Any:
        """An untrained faiss index with an inverted file in it."""
        raise NotImplementedError

    def build(self, space: Space, sample: Vectors) -> Index:
        """An empty index, its lists' centres by k-means with a fixed seed."""
        check_metric(self, space)
        index = self.structure(space.dim, max(1, min(self.lists, len(sample) // EACH)), METRICS[space.metric])
        clustering = faiss.extract_index_ivf(index).cp
        clustering.niter, clustering.seed, clustering.min_points_per_centroid = 10, 0, 1
        index.train(_enough(space, sample))
        return ProbedLists(space, self, index)

    def load(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`."""
        return ProbedLists(space, self, read(path, space))


class ProbedLists(FaissIndex):
    """An inverted file of any codes."""

    maker: ListMaker

    def __init__(self, space: Space, maker: ListMaker, index: Any) -> None:
        super().__init__(space, maker, index)
        self._file = faiss.extract_index_ivf(index)

    @property
    def lists(self) -> int:
        """Number of lists, empty ones included."""
        return int(self._file.nlist)

    def _nearest(self, queries: Vectors, k: int, among: Ids | None) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Looks into some lists; into all where a filter is narrow, or where some have not held enough.

        Of `factor` times as many as somebody asks for, as many as that are enough; where all are asked for, all.
        """
        queries = np.where(queries.any(axis=1, keepdims=True), queries, _NEARLY_NOTHING)
        narrow = among is not None and len(among) < _NARROW * len(self)
        probes = self.lists if narrow else min(self.maker.probes, self.lists)
        distances, labels = self._probed(queries, k, among, probes)
        there = len(self) if among is None else min(len(self), len(among))
        short = (labels >= 0).sum(axis=1) < (k if k >= there else k / self.maker.factor)
        if probes < self.lists and short.any():
            distances[short], labels[short] = self._probed(queries[short], k, among, self.lists)
        return distances, labels

    def _probed(
        self, queries: Vectors, k: int, among: Ids | None, probes: int
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        chosen = None if among is None else selector(among)
        walk = self.maker.walk(probes)
        parameters: Any = faiss.SearchParametersIVF(sel=chosen, nprobe=probes, quantizer_params=walk)  # type: ignore[call-arg]
        if isinstance(self.index, faiss.IndexPreTransform):
            parameters = faiss.SearchParametersPreTransform(index_params=parameters)  # type: ignore[call-arg]
        distances, labels = self.index.search(queries, k, params=parameters)
        return distances, labels

    def _stored_ids(self) -> Ids:
        return ids_in(self._file.invlists)


def _enough(space: Space, sample: Vectors) -> NDArray[np.float32]:
    """The sample; one that is too small, or all of one row, again and again with noise: faiss ends on these."""
    least = max(_LEAST, space.dim)
    if len(sample) >= least and (sample != sample[0]).any():
        return np.ascontiguousarray(sample, np.float32)
    rows = np.resize(sample if len(sample) else np.zeros((1, space.dim)), (max(least, len(sample)), space.dim))
    return np.asarray(rows.astype(np.float32) + _NOISE * np.random.default_rng(0).normal(size=rows.shape), np.float32)


def ids_in(lists: Any) -> Ids:
    """The ids in faiss's lists, in their order."""
    sizes = [lists.list_size(number) for number in range(lists.nlist)]
    parts = [faiss.rev_swig_ptr(lists.get_ids(number), size).copy() for number, size in enumerate(sizes) if size]
    return np.concatenate([np.empty(0, np.int64), *parts])
