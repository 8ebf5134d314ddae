"""Multi-index hashing: rows by each 16 bits of theirs, so that near ones share a slot of some table. Exact.

[Norouzi, Punjani & Fleet, Fast search in Hamming space with multi-index hashing, CVPR 2012]. Rows that differ in fewer
than m (f + 1) bits differ, in one of m parts, in f bits at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import ClassVar, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from lookalike.finders import Index, IndexMaker
from lookalike.index.ballot import last_of_each
from lookalike.index.bits import bits_apart, nearest_bits
from lookalike.index.faiss_ import check_metric, check_queries, check_rows
from lookalike.index.similarity import from_distances
from lookalike.types import Hits, Ids, Metric, Space, Vectors

SLOTS: Final = 1 << 16
"""Slots of a table: one for each value of 16 bits."""
_WIDE: Final = 0.01
"""Who asks for more than this share of the rows has all of them compared."""


@dataclass(frozen=True)
class MultiIndexHashing:
    """Makes indexes for Hamming spaces; nothing is trained."""

    name: ClassVar[str] = "mih"
    revision: ClassVar[int] = 1
    metrics: ClassVar[tuple[Metric, ...]] = ("hamming",)

    factor: ClassVar[int] = 1
    efforts: ClassVar[Mapping[str, Sequence[int]]] = {}

    flips: int = 3
    """Bits of a part that are tried at most; where more are needed, all rows are compared."""

    def bytes(self, space: Space, n: int) -> int:
        """Rows with an id each, and the tables."""
        tables = (space.columns + 1) // 2
        return n * (space.columns + 8 + 6 * tables) + 8 * SLOTS * tables

    def build(self, space: Space, sample: Vectors) -> Index:  # noqa: ARG002  nothing to train
        """An empty index."""
        check_metric(self, space)
        return _Hashed(space, self, _Tables(np.empty(0, np.int64), np.empty((0, space.columns), np.uint8)))

    def load(self, path: Path, space: Space) -> Index:
        """Index from a file of `save`."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
                ids, rows = kept["ids"], kept["rows"]
        except BadZipFile as error:
            raise ValueError(f"no whole index is in {path}") from error
        check_rows(space, ids, rows)
        return _Hashed(space, self, _Tables(ids, rows))


@dataclass(frozen=True, eq=False)
class _Tables:
    """Rows by ascending id, and which rows are in each slot of each table."""

    ids: Ids
    rows: Vectors

    @cached_property
    def parts(self) -> NDArray[np.uint16]:
        """(n, m) the 16 bits of each part of a row."""
        return parts_of(self.rows)

    @cached_property
    def orders(self) -> NDArray[np.int32]:
        """(m, n) rows by slot."""
        return np.argsort(self.parts.T, axis=1, kind="stable").astype(np.int32)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """(m, SLOTS + 1) where each slot begins in `orders`."""
        counts = [np.bincount(part, minlength=SLOTS) for part in self.parts.T]
        return np.array([np.concatenate([[0], np.cumsum(each)]) for each in counts])

    def within(self, part: NDArray[np.uint16], flips: int) -> NDArray[np.int64]:
        """Rows that differ from (m,) parts in just so many bits of one of them; one may come again."""
        found = []
        for table, value in enumerate(part):
            slots = np.bitwise_xor(value, _flipped(flips))
            starts = self.starts[table]
            begins, ends = starts[slots], starts[slots + np.int64(1)]
            found.append(self.orders[table][_ranges(begins, ends)])
        return np.concatenate(found)


class _Hashed:
    """Tables, and changes that wait to be sorted in."""

    marked: Final = 0

    def __init__(self, space: Space, made: MultiIndexHashing, held: _Tables) -> None:
        self.space = space
        self.maker: IndexMaker = made
        self._flips = made.flips
        self._held = held
        self._waiting: dict[int, Vectors | None] = {}

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def kind(self) -> str:
        """As in the table."""
        return self.maker.name

    def searched_by(self, maker: IndexMaker) -> Index:  # noqa: ARG002  no effort finds more
        """Itself."""
        return self

    @property
    def ids(self) -> Ids:
        """Ascending."""
        return self._settled.ids

    @property
    def _settled(self) -> _Tables:
        """All that is held."""
        if self._waiting:
            waiting, self._waiting = self._waiting, {}
            kept = ~np.isin(self._held.ids, np.fromiter(waiting, np.int64, len(waiting)))
            new = {id: row for id, row in waiting.items() if row is not None}
            ids = np.concatenate([self._held.ids[kept], np.fromiter(new, np.int64, len(new))])
            rows = np.concatenate([self._held.rows[kept], *(row[None] for row in new.values())])
            order = np.argsort(ids)
            self._held = _Tables(ids[order], rows[order])
        return self._held

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Adds rows; one whose id is there already replaces it, as does a later one of the same call."""
        check_rows(self.space, ids, vectors)
        last = last_of_each(ids)
        self._waiting |= dict(zip(ids[last].tolist(), vectors[last], strict=True))

    def remove(self, ids: Ids) -> None:
        """Drops rows; an id that is not there is no error."""
        self._waiting |= dict.fromkeys(ids.tolist())

    def search(self, queries: Vectors, k: int, among: Ids | None = None) -> list[Hits]:
        """For each query its best `k`, or fewer where there are fewer; only of ids in `among`, when given."""
        check_queries(self.space, queries)
        held = self._settled
        if among is not None:
            kept = np.isin(held.ids, among)
            held = _Tables(held.ids[kept], held.rows[kept])
        k = min(k, len(held.ids))
        if k == 0:
            return [Hits(np.empty(0, np.int64), np.empty(0, np.float32))] * len(queries)
        if among is not None or k > _WIDE * len(held.ids):
            return [self._compared(held, query, k) for query in queries]
        return [self._hashed(held, query, k) for query in queries]

    def save(self, path: Path) -> None:
        """To one file."""
        held = self._settled
        with path.open("wb") as file:
            np.savez(file, ids=held.ids, rows=held.rows)

    def _hashed(self, held: _Tables, query: Vectors, k: int) -> Hits:
        """Tries more and more bits, until what was not seen must be farther than the last of the best."""
        (part,) = parts_of(query[None])
        seen = np.empty(0, np.int64)
        for flips in range(self._flips + 1):
            seen = np.union1d(seen, held.within(part, flips))
            apart = bits_apart(held.rows[seen], query)
            if len(seen) >= k and np.partition(apart, k - 1)[k - 1] < len(part) * (flips + 1):
                return Hits.ranked(held.ids[seen], from_distances(self.space, apart), k)
        return self._compared(held, query, k)

    def _compared(self, held: _Tables, query: Vectors, k: int) -> Hits:
        """The best of all rows."""
        apart, _ = nearest_bits(self.space, query[None], held.ids, held.rows, k)
        within = np.flatnonzero(bits_apart(held.rows, query) <= apart[0, -1])
        return Hits.ranked(held.ids[within], from_distances(self.space, bits_apart(held.rows[within], query)), k)


def parts_of(rows: Vectors) -> NDArray[np.uint16]:
    """(n, m) each 16 bits of (n, d/8) rows; the last may be 8."""
    odd = rows.shape[1] % 2
    padded = np.pad(rows, ((0, 0), (0, odd))) if odd else rows
    return np.ascontiguousarray(padded).view(np.uint16)


@cache
def _flipped(flips: int) -> NDArray[np.uint16]:
    """All 16 bits with just so many ones."""
    values = np.arange(SLOTS, dtype=np.uint16)
    return np.asarray(values[np.bitwise_count(values) == flips])


def _ranges(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from each begin to its end, one range after the other."""
    lengths = ends - begins
    shifts = np.repeat(begins - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return np.asarray(np.arange(int(lengths.sum())) + shifts)
