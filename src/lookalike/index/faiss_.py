"""Parts that every index on faiss shares: ids, filters, the order of hits, files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.index.ballot import last_of_each
from lookalike.index.similarity import from_distances
from lookalike.types import Hits, Ids, Space, Vectors


class FaissIndex:
    """A faiss index with ids of its own. `search` is by `parameters(selector)`, the kind's own."""

    def __init__(self, space: Space, kind: str, index: Any) -> None:
        self.space = space
        self.kind = kind
        self.index = index
        self._binary = space.metric == "hamming"
        self._held: set[int] | None = None

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def ids(self) -> Ids:
        """Ascending."""
        return np.sort(self._stored_ids())

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Adds rows; one whose id is there already replaces it, as does a later one of the same call."""
        if vectors.shape != (len(ids), self.space.columns) or vectors.dtype != self.space.dtype:
            wanted = f"({len(ids)}, {self.space.columns}) {self.space.dtype}"
            raise ValueError(f"{self.space.name} takes {wanted}, not {vectors.shape} {vectors.dtype}")
        if len(ids):
            self.remove(ids)
            last = last_of_each(ids)
            self.index.add_with_ids(np.ascontiguousarray(vectors[last]), np.ascontiguousarray(ids[last], np.int64))
            self._members.update(ids.tolist())

    def remove(self, ids: Ids) -> None:
        """Drops rows; an id that is not there is no error."""
        there = self._members.intersection(ids.tolist())
        if there:
            self.index.remove_ids(np.array(sorted(there), np.int64))
            self._members.difference_update(there)

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> list[Hits]:
        """For each query its best `k`, or fewer where there are fewer; only of ids in `among`, when given."""
        if queries.ndim != 2 or queries.shape[1] != self.space.columns:
            raise ValueError(f"queries of {self.space.name} are (q, {self.space.columns}), not {queries.shape}")
        there = len(self) if among is None else min(len(self), len(among))
        k = min(k, there)
        if k == 0 or len(queries) == 0:
            nothing = Hits(np.empty(0, np.int64), np.empty(0, np.float32))
            return [nothing] * len(queries)
        return self._ranked(np.ascontiguousarray(queries, self.space.dtype), k, there, among)

    def _ranked(self, queries: Vectors, k: int, there: int, among: Ids | None) -> list[Hits]:
        """The best `k` of each query, of `there` rows at most; of equals at the cut those with the lowest ids."""
        found: dict[int, Hits] = {}
        pending, wanted = np.arange(len(queries)), min(k + 1, there)
        while len(pending):
            distances, labels = self._nearest(queries[pending], wanted, among)
            for query, ids, scores in zip(pending, labels, from_distances(self.space, distances), strict=True):
                if wanted == there or ids[-1] < 0 or scores.min() < scores[k - 1]:  # no equal one is left out
                    held = ids >= 0
                    found[int(query)] = Hits.ranked(ids[held], scores[held], k)
            pending = np.array([query for query in pending if int(query) not in found], np.int64)
            wanted = min(2 * wanted, there)
        return [found[query] for query in range(len(queries))]

    def save(self, path: Path) -> None:
        """To one file, which Python opens: its name need be no UTF-8, and a full disk is an `OSError`."""
        write = faiss.write_index_binary if self._binary else faiss.write_index
        with path.open("wb") as file:
            write(self.index, faiss.PyCallbackIOWriter(file.write))  # type: ignore[attr-defined]

    def _nearest(self, queries: Vectors, k: int, among: Ids | None) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """(q, k) distances and ids, -1 where there is none."""
        if among is None:
            distances, labels = self.index.search(queries, k)
        else:
            parameters = faiss.SearchParameters(sel=selector(among))  # type: ignore[call-arg]
            distances, labels = self.index.search(queries, k, params=parameters)
        return distances, labels

    @property
    def _members(self) -> set[int]:
        """The ids that are there, read once: reading them for each batch would make building quadratic."""
        if self._held is None:
            self._held = set(self._stored_ids().tolist())
        return self._held

    def _stored_ids(self) -> Ids:
        return np.asarray(faiss.vector_to_array(self.index.id_map), np.int64)


def selector(among: Ids) -> Any:
    """A faiss selector that lets only these ids pass."""
    return faiss.IDSelectorBatch(np.ascontiguousarray(among, np.int64))


def read(path: Path, space: Space) -> Any:
    """The faiss index in a file of ours."""
    with path.open("rb") as file:
        reader = faiss.PyCallbackIOReader(file.read)  # type: ignore[attr-defined]
        return faiss.read_index_binary(reader) if space.metric == "hamming" else faiss.read_index(reader)
