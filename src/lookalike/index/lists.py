"""Indexes of local features by their words: what all kinds of votes have in common."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.index.ballot import last_of_each
from lookalike.index.columns import Columns, Lists, Owners, Signatures
from lookalike.index.grown import Grown
from lookalike.index.mapped import arrays_of
from lookalike.index.vocabulary import Vocabulary, vocabulary
from lookalike.types import Hits, Ids, LocalFeatures, Space, Vectors


@dataclass(frozen=True)
class ListMaker(ABC):
    """Makes indexes of local features that are floats; a kind says what is kept of them and how it votes."""

    name: ClassVar[str]
    revision: ClassVar[int]

    each: int = 400
    """Features a word, about."""
    words: int = 16384
    """The most."""

    @abstractmethod
    def entries(self, words: Vocabulary, of: Owners, rows: Vectors) -> tuple[Owners, Lists, Signatures]:
        """Entries for the (m, d) features of the pictures `of` (m,), ascending within each."""

    @abstractmethod
    def votes(self, words: Vocabulary, held: Grown, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) for each owner by its number, of the (q, d) features of a question; both have some."""

    def build(self, space: Space, sample: Vectors, features: int | None = None) -> ListIndex:
        """An empty index; its words are trained on rows of `sample`, as many as `features` (of the sample) want."""
        if space.metric == "hamming":
            raise ValueError(f"index {self.name!r} is for local features that are floats, not bits")
        words = (len(sample) if features is None else features) // self.each
        return ListIndex(space, self, vocabulary(sample, min(self.words, max(16, words))))

    def load(self, path: Path, space: Space) -> ListIndex:
        """Index from a file of `save`."""
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return self._of(dict(kept), space)

    def mapped(self, path: Path, space: Space) -> ListIndex:
        """Index from a file of `save`, its entries as maps: what is added or removed makes new columns at any rate."""
        return self._of(arrays_of(path), space)

    def _of(self, kept: Mapping[str, Any], space: Space) -> ListIndex:
        words = Vocabulary(kept["words"], kept["branches"], kept["medians"], kept["codebook"])
        held = Columns(kept["ids"], kept["owners"], kept["lists"], kept["signatures"], len(words))
        return ListIndex(space, self, words, held)


class ListIndex:
    """Columns, and entries that wait to be sorted into them."""

    def __init__(self, space: Space, made: ListMaker, words: Vocabulary, held: Columns | None = None) -> None:
        self.space = space
        self.kind = made.name
        self.words = words
        self._made = made
        self._waiting: list[tuple[Owners, Lists, Signatures]] = []
        self._waits_of: set[int] = set()
        self._grown = Grown.of(held or Columns.none(len(words)))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def ids(self) -> Ids:
        """Ascending, of pictures that have features."""
        return self.grown.ids

    @property
    def grown(self) -> Grown:
        """All that is held."""
        if self._waiting:
            of, lists, signatures = (np.concatenate(parts) for parts in zip(*self._waiting, strict=True))
            self._grown = self._grown.with_later(Columns.of(of, lists, signatures, len(self.words)))
            self._waiting, self._waits_of = [], set()
        return self._grown

    @property
    def columns(self) -> Columns:
        """All that is held, in one."""
        return self.grown.joined()

    def main(self) -> str:
        """Names all that a file of `save` would hold but for what `save_changes` saves: pictures and words."""
        arrays = (self.grown.held.ids, *self.words.arrays.values())
        return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()

    def add(self, ids: Ids, features: Sequence[LocalFeatures]) -> None:
        """Adds pictures; one that is there already is replaced, as is an earlier one of the same call."""
        if len(ids) != len(features) or any(each.descriptors.shape[1] != self.space.columns for each in features):
            raise ValueError(f"{self.space.name} takes features of {self.space.columns} columns, a set for each id")
        self.remove(ids)
        last = last_of_each(ids)
        ids, features = ids[last], [features[at] for at in last]
        rows = np.concatenate([np.empty((0, self.space.columns), np.float32), *(each.descriptors for each in features)])
        of = np.repeat(np.asarray(ids, np.int64), [len(each) for each in features])
        self._waits_of.update(ids.tolist())
        self._waiting.append(self._made.entries(self.words, of, rows))

    def remove(self, ids: Ids) -> None:
        """Drops pictures; an id that is not there is no error."""
        if not self._waits_of.isdisjoint(ids.tolist()):  # of new pictures, as most are, none waits
            self._waiting = [_without(ids, entries) for entries in self._waiting]
        if np.isin(ids, self._grown.ids).any():
            self._grown = self._grown.without(ids)

    def search(self, features: LocalFeatures, k: int, among: Ids | None = None) -> Hits:
        """The best `k` that get a vote, or fewer; only of ids in `among`, when given. The score is the sum of votes."""
        if features.descriptors.shape[1] != self.space.columns:
            raise ValueError(f"{self.space.name} takes features of {self.space.columns} columns")
        held = self.grown
        if not len(features) or not len(held.ids):
            return Hits(np.empty(0, np.int64), np.empty(0, np.float32))
        votes = self._made.votes(self.words, held, np.asarray(features.descriptors, np.float32))
        if among is not None:
            votes[~np.isin(held.owners, among)] = 0
        found = np.flatnonzero(votes)
        return Hits.ranked(held.owners[found], votes[found].astype(np.float32), k)

    def save(self, path: Path) -> None:
        """To one file."""
        self._grown = Grown.of(self.columns)
        _save(path, _arrays(self._grown.held) | self.words.arrays)

    def save_changes(self, path: Path) -> None:
        """Saves what came and went since it was read from a file, to another one."""
        _save(path, _arrays(self.grown.later) | {"gone": self.grown.gone})

    def take_changes(self, path: Path) -> None:
        """Takes what `save_changes` saved of an index that was read from the file from which this one was."""
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            later = Columns(kept["ids"], kept["owners"], kept["lists"], kept["signatures"], len(self.words))
            self._grown = Grown(self._grown.held, kept["gone"], later)


def _arrays(columns: Columns) -> dict[str, NDArray[Any]]:
    return {
        "ids": columns.ids,
        "owners": columns.owners,
        "lists": columns.lists,
        "signatures": columns.signatures,
    }


def _save(path: Path, arrays: Mapping[str, Any]) -> None:
    with path.open("wb") as file:
        np.savez(file, **arrays)


def _without(ids: Ids, entries: tuple[Owners, Lists, Signatures]) -> tuple[Owners, Lists, Signatures]:
    of, lists, signatures = entries
    kept = ~np.isin(of, ids)
    return of[kept], lists[kept], signatures[kept]
