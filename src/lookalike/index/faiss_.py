"""What every index on faiss has in common: ids, filters, the order of hits, files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.index.similarity import from_distances
from lookalike.types import Hits, Ids, Space, Vectors


class FaissIndex:
    """A faiss index with ids of its own. `search` is by `parameters(selector)`, the kind's own."""

    def __init__(self, space: Space, kind: str, index: Any) -> None:
        self.space = space
        self.kind = kind
        self.index = index
        self._binary = space.metric == "hamming"

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def ids(self) -> Ids:
        """Ascending."""
        return np.sort(self._stored_ids())

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Adds rows; a row whose id is already there replaces it."""
        if vectors.shape != (len(ids), self.space.columns) or vectors.dtype != self.space.dtype:
            wanted = f"({len(ids)}, {self.space.columns}) {self.space.dtype}"
            raise ValueError(f"{self.space.name} takes {wanted}, not {vectors.shape} {vectors.dtype}")
        if len(ids):
            self.remove(ids)
            self.index.add_with_ids(np.ascontiguousarray(vectors), np.ascontiguousarray(ids, np.int64))

    def remove(self, ids: Ids) -> None:
        """Drops rows; an id that is not there is no error."""
        there = np.intersect1d(ids, self._stored_ids())
        if len(there):
            self.index.remove_ids(there)

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> list[Hits]:
        """For each query its best `k`, or fewer where there are fewer; only of ids in `among`, when given."""
        if queries.ndim != 2 or queries.shape[1] != self.space.columns:
            raise ValueError(f"queries of {self.space.name} are (q, {self.space.columns}), not {queries.shape}")
        k = min(k, len(self))
        if k == 0 or len(queries) == 0 or (among is not None and len(among) == 0):
            nothing = Hits(np.empty(0, np.int64), np.empty(0, np.float32))
            return [nothing] * len(queries)
        distances, labels = self._nearest(np.ascontiguousarray(queries, self.space.dtype), k, among)
        scores = from_distances(self.space, distances)
        return [_hits(ids, row) for ids, row in zip(labels, scores, strict=True)]

    def save(self, path: Path) -> None:
        """To one file; raises `OSError`."""
        # Through a file of Python's: where closing its own fails, on a full disk, faiss prints that and goes on.
        with path.open("wb") as file:
            writer = faiss.PyCallbackIOWriter(file.write)  # type: ignore[attr-defined]
            (faiss.write_index_binary if self._binary else faiss.write_index)(self.index, writer)

    def _nearest(self, queries: Vectors, k: int, among: Ids | None) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """(q, k) distances and ids, -1 where there is none."""
        if among is None:
            distances, labels = self.index.search(queries, k)
        else:
            parameters = faiss.SearchParameters(sel=selector(among))  # type: ignore[call-arg]
            distances, labels = self.index.search(queries, k, params=parameters)
        return distances, labels

    def _stored_ids(self) -> Ids:
        return np.asarray(faiss.vector_to_array(self.index.id_map), np.int64)


def selector(among: Ids) -> Any:
    """What lets only these ids pass."""
    return faiss.IDSelectorBatch(np.ascontiguousarray(among, np.int64))


def read(path: Path, space: Space) -> Any:
    """The faiss index in a file of ours."""
    return faiss.read_index_binary(str(path)) if space.metric == "hamming" else faiss.read_index(str(path))


def _hits(ids: Ids, scores: NDArray[np.float32]) -> Hits:
    found = ids >= 0
    return Hits.ranked(ids[found], scores[found])
