"""Parts that every index on faiss shares: ids, filters, the order of hits, files."""

from __future__ import annotations

import os
from copy import copy
from pathlib import Path
from typing import Any, Final, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.finders import IndexMaker
from lookalike.index.ballot import last_of_each
from lookalike.index.mapped import CAN_MAP
from lookalike.index.similarity import from_distances
from lookalike.types import Hits, Ids, Space, Vectors

METRICS: Final = {"cosine": faiss.METRIC_INNER_PRODUCT, "l2": faiss.METRIC_L2, "l1": faiss.METRIC_L1}
"""Metrics of vectors of floats, as faiss calls them."""

WalkParameters: Final[Any] = getattr(faiss, "SearchParametersHNSW")  # noqa: B009  unknown to its stubs
"""Parameters of a walk through a graph."""


class FaissIndex:
    """A faiss index with ids of its own. A kind that searches in another way overrides `_nearest`."""

    def __init__(self, space: Space, maker: IndexMaker, index: Any, *, is_map: bool = False) -> None:
        self.space = space
        self.maker = maker
        self.index = index
        self._is_map = is_map
        self._binary = space.metric == "hamming"
        self._held: set[int] | None = None

    def __len__(self) -> int:
        return int(self.index.ntotal)

    @property
    def kind(self) -> str:
        """As in the table."""
        return self.maker.name

    def searched_by(self, maker: IndexMaker) -> Self:
        """These rows, searched with another effort."""
        again = copy(self)
        again.maker = maker
        return again

    @property
    def marked(self) -> int:
        """None: rows go when they are dropped."""
        return 0

    @property
    def ids(self) -> Ids:
        """Ascending."""
        return np.sort(self._stored_ids())

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Adds rows; one whose id is there already replaces it, as does a later one of the same call."""
        check_rows(self.space, ids, vectors)
        if len(ids):
            self._bring_in()
            self.remove(ids)
            last = last_of_each(ids)
            self._append(
                np.ascontiguousarray(ids[last], np.int64), np.ascontiguousarray(vectors[last], self.space.dtype)
            )
            self._members.update(ids.tolist())

    def remove(self, ids: Ids) -> None:
        """Drops rows; an id that is not there is no error."""
        there = self._members.intersection(ids.tolist())
        if there:
            self._bring_in()
            self._drop(np.array(sorted(there), np.int64))
            self._members.difference_update(there)

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> list[Hits]:
        """For each query its best `k`, or fewer where there are fewer; only of ids in `among`, when given."""
        check_queries(self.space, queries)
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
            for query, ids, scores in zip(pending, labels, self._scores(distances), strict=True):
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

    def _bring_in(self) -> None:
        """Copies what is a map into memory: faiss ends the process where a map is to change.

        The file may be another by now, so that it is not read again.
        """
        if not self._is_map:
            return
        if self._binary:
            self.index = faiss.deserialize_index_binary(faiss.serialize_index_binary(self.index))
        else:
            self.index = faiss.deserialize_index(faiss.serialize_index(self.index))
        self._is_map = False

    def _append(self, ids: Ids, vectors: Vectors) -> None:
        """Adds rows with ids that are not there, each once."""
        self.index.add_with_ids(vectors, ids)

    def _drop(self, ids: Ids) -> None:
        """Drops rows with ids that are there."""
        self.index.remove_ids(ids)

    def _nearest(self, queries: Vectors, k: int, among: Ids | None) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """(q, k) distances and ids, -1 where there is none."""
        if among is None:
            distances, labels = self.index.search(queries, k)
        else:
            parameters = faiss.SearchParameters(sel=selector(among))  # type: ignore[call-arg]
            distances, labels = self.index.search(queries, k, params=parameters)
        return distances, labels

    def _scores(self, distances: NDArray[Any]) -> NDArray[np.float32]:
        if self.space.metric == "cosine" and self.index.metric_type == faiss.METRIC_L2:
            distances = 1 - distances / 2  # of unit rows
        return from_distances(self.space, distances)

    @property
    def _members(self) -> set[int]:
        """The ids that are there, read once: reading them for each batch would make building quadratic."""
        if self._held is None:
            self._held = set(self._stored_ids().tolist())
        return self._held

    def _stored_ids(self) -> Ids:
        return np.asarray(faiss.vector_to_array(self.index.id_map), np.int64)


def check_rows(space: Space, ids: Ids, vectors: Vectors) -> None:
    """Raises `ValueError` where (n,) ids and vectors are no rows of the space."""
    if vectors.shape != (len(ids), space.columns) or vectors.dtype != space.dtype:
        wanted = f"({len(ids)}, {space.columns}) {space.dtype}"
        raise ValueError(f"{space.name} takes {wanted}, not {vectors.shape} {vectors.dtype}")


def check_queries(space: Space, queries: Vectors) -> None:
    """Raises `ValueError` where they have not the columns of the space."""
    if queries.ndim != 2 or queries.shape[1] != space.columns:
        raise ValueError(f"queries of {space.name} are (q, {space.columns}), not {queries.shape}")


def check_metric(maker: IndexMaker, space: Space) -> None:
    """Raises `ValueError` where the kind does not take the metric of the space."""
    if space.metric not in maker.metrics:
        taken = " and ".join(maker.metrics)
        raise ValueError(f"index {maker.name!r} is for {taken}, not {space.metric}; 'flat' is for all")


def selector(among: Ids) -> Any:
    """A faiss selector that lets only these ids pass."""
    return faiss.IDSelectorBatch(np.ascontiguousarray(among, np.int64))


def read(path: Path, space: Space) -> Any:
    """The faiss index in a file of ours; raises `ValueError` where it holds rows of another width."""
    with path.open("rb") as file:
        reader = faiss.PyCallbackIOReader(file.read)  # type: ignore[attr-defined]
        index: Any = faiss.read_index_binary(reader) if space.metric == "hamming" else faiss.read_index(reader)
    return of_space(index, space)


def mapped(path: Path, space: Space) -> Any:
    """As `read`, with all that faiss can leave in the file as a map; in memory where faiss cannot spell its name."""
    try:
        name = os.fspath(path).encode("utf-8").decode("utf-8")
    except UnicodeEncodeError:
        return read(path, space)
    if not CAN_MAP:
        return read(path, space)
    reader = faiss.read_index_binary if space.metric == "hamming" else faiss.read_index
    return of_space(reader(name, faiss.IO_FLAG_MMAP_IFC), space)


def of_space(index: Any, space: Space) -> Any:
    """The index itself; raises `ValueError` where it holds rows of another width."""
    if index.d != space.dim:
        raise ValueError(f"the file holds rows of {index.d} columns, {space.name} has {space.dim}")
    return index
