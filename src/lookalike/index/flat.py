"""Every row compared: exact."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import faiss

from lookalike.index.faiss_ import METRICS, FaissIndex, read
from lookalike.protocols import Index
from lookalike.types import Space, Vectors


@dataclass(frozen=True)
class Flat:
    """Makes indexes for every metric; nothing is trained."""

    name: ClassVar[str] = "flat"
    revision: ClassVar[int] = 1

    def build(self, space: Space, sample: Vectors) -> Index:  # noqa: ARG002  nothing to train
        """An empty index."""
        if space.metric == "hamming":
            return FaissIndex(space, self.name, faiss.IndexBinaryIDMap2(faiss.IndexBinaryFlat(space.dim)))
        return FaissIndex(space, self.name, faiss.IndexIDMap2(faiss.IndexFlat(space.dim, METRICS[space.metric])))

    def load(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`."""
        return FaissIndex(space, self.name, read(path, space))
