"""Every row compared: exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, get_args

import faiss

from lookalike.finders import Index
from lookalike.index.faiss_ import METRICS, FaissIndex, mapped, read
from lookalike.types import Metric, Space, Vectors


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
            return FaissIndex(space, self, faiss.IndexBinaryIDMap2(faiss.IndexBinaryFlat(space.dim)))
        return FaissIndex(space, self, faiss.IndexIDMap2(faiss.IndexFlat(space.dim, METRICS[space.metric])))

    def load(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`."""
        return FaissIndex(space, self, read(path, space))

    def mapped(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`, its rows as a map until they change."""
        return FaissIndex(space, self, mapped(path, space), is_map=True)
