"""Inverted file over 8-bit scalars: a fraction of the rows compared, at a quarter of the memory.

[Sivic & Zisserman, Video Google, ICCV 2003; Jegou, Douze & Schmid, Product quantization, PAMI 2011]. It may miss some
of the best, and its scores are approximate: whoever asks re-scores the candidates exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.index.faiss_ import FaissIndex, read, selector
from lookalike.protocols import Index
from lookalike.types import Ids, Space, Vectors

_METRICS = {"cosine": faiss.METRIC_INNER_PRODUCT, "l2": faiss.METRIC_L2}
_NARROW = 0.1
"""A filter that leaves less than this share of the rows looks into every list: near ones may be few in each."""


@dataclass(frozen=True)
class InvertedFile:
    """Makes indexes for cosine and l2 spaces, trained on a sample of their vectors."""

    name: ClassVar[str] = "ivf"
    revision: ClassVar[int] = 1

    lists: int = 512
    probes: int = 48

    def build(self, space: Space, sample: Vectors) -> Index:
        """An empty index, its lists' centres (fewer for a small sample) by k-means with a fixed seed."""
        if space.metric not in _METRICS:
            raise ValueError(f"index 'ivf' is for cosine and l2, not {space.metric}; 'flat' is for all")
        lists = max(1, min(self.lists, len(sample) // 39))  # fewer points a centre make faiss warn
        metric = _METRICS[space.metric]
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlat(space.dim, metric), space.dim, lists, faiss.ScalarQuantizer.QT_8bit, metric
        )
        index.cp.niter = 10
        index.cp.seed = 0
        index.train(np.ascontiguousarray(sample, np.float32))
        return _InvertedFile(space, self.name, index, self.probes)

    def load(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`."""
        return _InvertedFile(space, self.name, read(path, space), self.probes)


class _InvertedFile(FaissIndex):
    def __init__(self, space: Space, kind: str, index: Any, probes: int) -> None:
        super().__init__(space, kind, index)
        self._probes = probes

    def _nearest(self, queries: Vectors, k: int, among: Ids | None) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Looks into some lists; into all where a filter is narrow, or where some have not held enough."""
        lists = self.index.nlist
        narrow = among is not None and len(among) < _NARROW * len(self)
        probes = lists if narrow else min(self._probes, lists)
        distances, labels = self._probed(queries, k, among, probes)
        if probes < lists and (labels < 0).any():
            distances, labels = self._probed(queries, k, among, lists)
        return distances, labels

    def _probed(
        self, queries: Vectors, k: int, among: Ids | None, probes: int
    ) -> tuple[NDArray[Any], NDArray[np.int64]]:
        chosen = None if among is None else selector(among)
        parameters = faiss.SearchParametersIVF(sel=chosen, nprobe=probes)  # type: ignore[call-arg]
        distances, labels = self.index.search(queries, k, params=parameters)
        return distances, labels

    def _stored_ids(self) -> Ids:
        lists = self.index.invlists
        parts = [
            faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
            for number in range(self.index.nlist)
            if lists.list_size(number)
        ]
        return np.concatenate([np.empty(0, np.int64), *parts])
