"""Inverted lists of visual words with signatures: pictures that share local features with a question, by votes.

[Jegou, Douze & Schmid, Hamming embedding and weak geometric consistency for large scale image search, ECCV 2008;
burstiness: Jegou, Douze & Schmid, On the burstiness of visual elements, CVPR 2009]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.index.ballot import best_of_each, first_of_runs
from lookalike.index.vocabulary import Vocabulary, vocabulary
from lookalike.protocols import SetIndex
from lookalike.types import Hits, Ids, LocalFeatures, Space, Vectors

WIDTH: Final = 16.0
"""Bits: a vote falls with the Hamming distance as a Gaussian of this width."""


@dataclass(frozen=True)
class InvertedLists:
    """Makes indexes of local features that are floats."""

    name: ClassVar[str] = "inverted"
    revision: ClassVar[int] = 1

    each: int = 400
    """Features a word, about."""
    words: int = 16384
    """The most."""
    probes: int = 2
    """Words in whose lists a feature of a question is sought."""
    near: int = 22
    """Bits in which signatures may differ."""

    def build(self, space: Space, sample: Vectors, features: int | None = None) -> SetIndex:
        """An empty index; its words are trained on rows of `sample`, as many as `features` (of the sample) want."""
        if space.metric == "hamming":
            raise ValueError("index 'inverted' is for local features that are floats, not bits")
        words = (len(sample) if features is None else features) // self.each
        return _InvertedLists(space, self, vocabulary(sample, min(self.words, max(16, words))))

    def load(self, path: Path, space: Space) -> SetIndex:
        """What `save` wrote."""
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            index = _InvertedLists(space, self, Vocabulary(kept["words"], kept["branches"], kept["medians"]))
            index.hold(kept["ids"], kept["owners"], kept["lists"], kept["signatures"])
        return index


class _InvertedLists:
    """Three columns, a row for each feature: which of the ids owns it, its word, its signature; by word, then owner."""

    def __init__(self, space: Space, made: InvertedLists, words: Vocabulary) -> None:
        self.space = space
        self.kind = made.name
        self.words = words
        self._made = made
        self._waiting: list[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.uint64]]] = []
        self.hold(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint64))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def ids(self) -> Ids:
        """Ascending, of pictures that have features."""
        self._settle()
        return self._ids

    def hold(
        self, ids: Ids, owners: NDArray[np.int32], lists: NDArray[np.int32], signatures: NDArray[np.uint64]
    ) -> None:
        """These columns, which are in order, and no others."""
        self._ids, self._owners, self._lists, self._signatures = ids, owners, lists, signatures
        self._starts = np.searchsorted(lists, np.arange(len(self.words) + 1))
        pictures = np.bincount(lists[first_of_runs(lists, owners)], minlength=len(self.words))
        self._rarity = np.log(max(len(ids), 1) / np.maximum(pictures, 1)) + 0.1

    def _sorted(self, of: NDArray[np.int64], lists: NDArray[np.int32], signatures: NDArray[np.uint64]) -> None:
        """Holds these rows, given in any order."""
        order = np.lexsort((of, lists))
        ids, owners = np.unique(of[order], return_inverse=True)
        self.hold(ids, owners.astype(np.int32), lists[order], signatures[order])

    def add(self, ids: Ids, features: Sequence[LocalFeatures]) -> None:
        """Adds pictures; one that is there is replaced."""
        if len(ids) != len(features) or any(each.descriptors.shape[1] != self.space.columns for each in features):
            raise ValueError(f"{self.space.name} takes features of {self.space.columns} columns, a set for each id")
        self.remove(ids)
        rows = np.concatenate([np.empty((0, self.space.columns), np.float32), *(each.descriptors for each in features)])
        words = self.words.nearest(rows, 1)[:, 0]
        of = np.repeat(np.asarray(ids, np.int64), [len(each) for each in features])
        self._waiting.append((of, words.astype(np.int32), self.words.signatures(rows, words)))

    def remove(self, ids: Ids) -> None:
        """Drops pictures; an id that is not there is no error."""
        self._waiting = [
            (of[kept], lists[kept], signatures[kept])
            for of, lists, signatures in self._waiting
            for kept in [~np.isin(of, ids)]
        ]
        if np.isin(ids, self._ids).any():
            of = self._ids[self._owners]
            kept = ~np.isin(of, ids)
            self._sorted(of[kept], self._lists[kept], self._signatures[kept])

    def search(self, features: LocalFeatures, k: int, among: Ids | None = None) -> Hits:
        """The best `k` that get a vote, or fewer; only of ids in `among`, when given. The score is the sum of votes."""
        if features.descriptors.shape[1] != self.space.columns:
            raise ValueError(f"{self.space.name} takes features of {self.space.columns} columns")
        self._settle()
        votes = self._votes(np.asarray(features.descriptors, np.float32))
        if among is not None:
            votes[~np.isin(self._ids, among)] = 0
        found = np.flatnonzero(votes)
        return Hits.ranked(self._ids[found], votes[found].astype(np.float32), k)

    def signatures_of(self, word: int) -> NDArray[np.uint64]:
        """Those in the list of a word."""
        self._settle()
        return self._signatures[self._starts[word] : self._starts[word + 1]]

    def save(self, path: Path) -> None:
        """To one file."""
        self._settle()
        with path.open("wb") as file:
            np.savez(
                file,
                words=self.words.words,
                branches=self.words.branches,
                medians=self.words.medians,
                ids=self._ids,
                owners=self._owners,
                lists=self._lists,
                signatures=self._signatures,
            )

    def _settle(self) -> None:
        if self._waiting:
            held = (self._ids[self._owners], self._lists, self._signatures)
            columns = [np.concatenate(parts) for parts in zip(held, *self._waiting, strict=True)]
            self._waiting = []
            self._sorted(*columns)

    def _votes(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n,) for each picture; a feature of the question votes once for it, the less the more it votes for."""
        if not len(rows) or not len(self._lists):
            return np.zeros(len(self._ids))
        asked = self.words.nearest(rows, self._made.probes)
        row = np.repeat(np.arange(len(rows)), asked.shape[1])
        word = asked.ravel()
        signature = self.words.signatures(rows[row], word)
        start, count = self._starts[word], np.diff(self._starts)[word]
        at = np.repeat(start - np.cumsum(count) + count, count) + np.arange(count.sum())
        apart = np.bitwise_count(self._signatures[at] ^ np.repeat(signature, count))
        near = np.flatnonzero(apart <= self._made.near)
        row, word = (np.repeat(values, count)[near] for values in (row, word))
        weight = np.exp(-np.square(apart[near] / WIDTH)) * np.square(self._rarity[word])
        row, owner, weight = best_of_each(row, self._owners[at[near]], weight)
        weight = weight / np.sqrt(np.bincount(row, minlength=len(rows)))[row]
        return np.asarray(np.bincount(owner, weights=weight, minlength=len(self._ids)), np.float64)
