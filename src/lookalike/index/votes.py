"""Every row of bits compared: pictures that share local features with a question, by votes that fall with the bits
that differ.

[Steinebach, Liu & Yannikos, Efficient Cropping-Resistant Robust Image Hashing, ARES 2014; burstiness: Jegou, Douze &
Schmid, On the burstiness of visual elements, CVPR 2009]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, TypeAlias

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.finders import SetIndex
from lookalike.index.ballot import best_of_each, last_of_each
from lookalike.types import Hits, Ids, LocalFeatures, Space, Vectors

Owners: TypeAlias = NDArray[np.int64]
"""(n,) the id of each row's picture."""
Bits: TypeAlias = NDArray[np.uint8]
"""(n, d/8)"""
WIDTH: Final = 0.12
"""Share of the bits: a vote falls with their number as a Gaussian of this width."""


@dataclass(frozen=True)
class HammingVotes:
    """Makes indexes of local features that are bits."""

    name: ClassVar[str] = "votes"
    revision: ClassVar[int] = 1

    near: float = 0.19
    """Share of the bits that may differ."""

    def build(self, space: Space, sample: Vectors, features: int | None = None) -> SetIndex:  # noqa: ARG002
        """An empty index; nothing is trained."""
        if space.metric != "hamming":
            raise ValueError("index 'votes' is for local features that are bits, not floats")
        return _HammingVotes(space, self)

    def load(self, path: Path, space: Space) -> SetIndex:
        """Index from a file of `save`."""
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return _HammingVotes(space, self, _Sorted.of(space, kept["owners"], kept["rows"]))


@dataclass(frozen=True, eq=False)
class _Sorted:
    """Rows by picture, and what answers of them."""

    owners: Owners
    """Ascending."""
    rows: Bits
    ids: Ids
    """Each owner once, ascending."""
    places: NDArray[np.int64]
    """(n,) which of `ids` has each row."""
    index: faiss.IndexBinaryFlat

    @classmethod
    def of(cls, space: Space, owners: Owners, rows: Bits) -> _Sorted:
        """Sorted from (n,) ids and (n, d/8) rows in any order."""
        order = np.argsort(owners, kind="stable")
        owners, rows = owners[order], np.ascontiguousarray(rows[order])
        ids, places = np.unique(owners, return_inverse=True)
        index = faiss.IndexBinaryFlat(space.dim)
        index.add(rows)
        return cls(owners, rows, ids, places, index)


class _HammingVotes:
    """Sorted rows, and those that wait to be sorted among them."""

    def __init__(self, space: Space, made: HammingVotes, held: _Sorted | None = None) -> None:
        self.space = space
        self.kind = made.name
        self._most = int(made.near * space.dim)
        self._width = WIDTH * space.dim
        self._waiting: list[tuple[Owners, Bits]] = []
        self._waits_of: set[int] = set()
        self._held = held or _Sorted.of(space, np.empty(0, np.int64), np.empty((0, space.columns), np.uint8))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def ids(self) -> Ids:
        """Ascending, of pictures that have features."""
        return self._settled.ids

    @property
    def _settled(self) -> _Sorted:
        """All that is held."""
        if self._waiting:
            owners, rows = zip((self._held.owners, self._held.rows), *self._waiting, strict=True)
            self._held = _Sorted.of(self.space, np.concatenate(owners), np.concatenate(rows))
            self._waiting, self._waits_of = [], set()
        return self._held

    def add(self, ids: Ids, features: Sequence[LocalFeatures]) -> None:
        """Adds pictures; one that is there already is replaced, as is an earlier one of the same call."""
        last = last_of_each(ids)
        ids, rows = ids[last], [self._checked(features[at]) for at in last]
        of = np.repeat(np.asarray(ids, np.int64), [len(each) for each in rows])
        self.remove(ids)
        self._waits_of.update(ids.tolist())
        self._waiting.append((of, np.concatenate([np.empty((0, self.space.columns), np.uint8), *rows])))

    def remove(self, ids: Ids) -> None:
        """Drops pictures; an id that is not there is no error."""
        if not self._waits_of.isdisjoint(ids.tolist()):  # of new pictures, as most are, none waits
            self._waiting = [_without(ids, *entries) for entries in self._waiting]
        if np.isin(ids, self._held.ids).any():
            self._held = _Sorted.of(self.space, *_without(ids, self._held.owners, self._held.rows))

    def search(self, features: LocalFeatures, k: int, among: Ids | None = None) -> Hits:
        """The best `k` that get a vote, or fewer; only of ids in `among`, when given. The score is the sum of votes."""
        rows, held = self._checked(features), self._settled
        limits, apart, at = held.index.range_search(rows, self._most + 1)  # nearer than that
        row = np.repeat(np.arange(len(rows)), np.diff(limits.astype(np.int64)))
        weight = np.exp(-np.square(np.asarray(apart, np.float64) / self._width))
        row, owner, weight = best_of_each(row, held.places[at], weight)
        weight /= np.sqrt(np.bincount(row, minlength=len(rows)))[row]  # the less, the more it votes for
        votes = np.bincount(owner, weights=weight, minlength=len(held.ids))
        if among is not None:
            votes[~np.isin(held.ids, among)] = 0
        found = np.flatnonzero(votes)
        return Hits.ranked(held.ids[found], votes[found].astype(np.float32), k)

    def save(self, path: Path) -> None:
        """To one file."""
        held = self._settled
        with path.open("wb") as file:
            np.savez(file, owners=held.owners, rows=held.rows)

    def _checked(self, features: LocalFeatures) -> NDArray[np.uint8]:
        rows = features.descriptors
        if rows.shape[1] != self.space.columns or rows.dtype != np.uint8:
            raise ValueError(f"{self.space.name} takes features of {self.space.columns} columns of packed bits")
        return np.ascontiguousarray(rows, np.uint8)


def _without(ids: Ids, owners: Owners, rows: Bits) -> tuple[Owners, Bits]:
    kept = ~np.isin(owners, ids)
    return owners[kept], rows[kept]
