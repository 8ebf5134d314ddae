"""Inverted lists as three columns, and the scan of some of them for signatures that are alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.types import Ids

Owners = NDArray[np.int64]
Lists = NDArray[np.int32]
Signatures = NDArray[np.uint64]
AT_ONCE: Final = 1 << 17
"""Entries that are compared at once, about: so many signatures fit into the cache of a core."""


@dataclass(frozen=True, eq=False)
class Alike:
    """(m,) which of the questions, ascending, found an entry; its owner's place in `ids`; bits that differ."""

    question: NDArray[np.int64]
    owner: NDArray[np.int32]
    apart: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Columns:
    """A row for each entry: which of the ids owns it, its word, its signature; by word, then owner.

    `ids` are ascending, of pictures that have entries.
    """

    ids: Ids
    owners: NDArray[np.int32]
    lists: Lists
    signatures: Signatures
    words: int
    """How many there are, used or not."""

    @classmethod
    def of(cls, of: Owners, lists: Lists, signatures: Signatures, words: int) -> Columns:
        """From the id, word and signature of entries in any order."""
        order = np.lexsort((of, lists))
        ids, owners = np.unique(of[order], return_inverse=True)
        return cls(ids, owners.astype(np.int32), lists[order], signatures[order], words)

    @classmethod
    def none(cls, words: int) -> Columns:
        """Columns without a picture."""
        nothing = np.empty(0, np.int32)
        return cls(np.empty(0, np.int64), nothing, nothing, np.empty(0, np.uint64), words)

    def joined(self, new: Columns) -> Columns:
        """With those of other pictures put in their places: what is sorted already is not sorted again."""
        if not len(self.ids) or not len(new.ids):
            return self if len(self.ids) else new
        ids = np.union1d(self.ids, new.ids)
        mine, theirs = (_renumbered(each.owners, each.ids, ids) for each in (self, new))
        at = np.empty(len(theirs), np.int64)
        for word in np.unique(new.lists).tolist():
            own, added = (slice(*each.starts[word : word + 2].tolist()) for each in (self, new))
            at[added] = own.start + np.searchsorted(mine[own], theirs[added])
        return Columns(
            ids,
            np.insert(mine, at, theirs),
            np.insert(self.lists, at, new.lists),
            np.insert(self.signatures, at, new.signatures),
            self.words,
        )

    def without(self, ids: Ids) -> Columns:
        """Columns of the other pictures."""
        return self.only(np.setdiff1d(self.ids, ids))

    def only(self, ids: Ids) -> Columns:
        """Columns of these pictures."""
        stays = np.isin(self.ids, ids)
        kept = stays[self.owners]
        owners = (np.cumsum(stays) - 1).astype(np.int32)[self.owners[kept]]
        return Columns(self.ids[stays], owners, self.lists[kept], self.signatures[kept], self.words)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """(words + 1,) where the list of each word starts."""
        return np.searchsorted(self.lists, np.arange(self.words + 1, dtype=self.lists.dtype))  # else all are copied

    @cached_property
    def pictures(self) -> NDArray[np.int64]:
        """(words,) with an entry of that word."""
        first = np.ones(len(self.owners), bool)
        first[1:] = self.owners[1:] != self.owners[:-1]
        first[self.starts[:-1][self.starts[:-1] < self.starts[1:]]] = True
        spans = zip(self.starts.tolist(), self.starts[1:].tolist(), strict=False)
        return np.array([np.count_nonzero(first[start:end]) for start, end in spans], np.int64)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(n,) entries of each picture."""
        return np.bincount(self.owners, minlength=len(self.ids))

    def scan(self, words: NDArray[np.int64], signatures: Signatures, near: int) -> Alike:
        """Entries in the list of each of (q,) words that differ in at most `near` bits from the signature beside it.

        Nothing is looked up but of these: most entries are not near.
        """
        sizes = self.starts[words + 1] - self.starts[words]
        parts = np.split(np.arange(len(words)), np.flatnonzero(np.diff(np.cumsum(sizes) // AT_ONCE)) + 1)
        found = [(part, *self._scanned(words[part], signatures[part], near)) for part in parts]
        at = np.concatenate([at for _, _, at, _ in found])
        question = np.concatenate([part[row] for part, row, _, _ in found])
        return Alike(question, self.owners[at], np.concatenate([apart for *_, apart in found]))

    def _scanned(
        self, words: NDArray[np.int64], signatures: Signatures, near: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
        """(m,) row of the question, place among all entries, and bits that differ, of each that is near."""
        starts, ends = self.starts[words], self.starts[words + 1]
        lists = [self.signatures[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        held = np.concatenate([np.empty(0, np.uint64), *lists])
        held ^= np.repeat(signatures, ends - starts)
        apart = np.bitwise_count(held)
        found = np.flatnonzero(apart <= near)
        ends_held = np.cumsum(ends - starts)
        row = np.searchsorted(ends_held, found, side="right")
        return row, found - ends_held[row] + ends[row], apart[found]


def _renumbered(owners: NDArray[np.int32], own: Ids, ids: Ids) -> NDArray[np.int32]:
    """Places in `ids` of owners that are told by their places in `own`, which are some of them."""
    places = np.searchsorted(ids, own).astype(np.int32)
    return owners if len(own) == 0 or places[-1] == len(own) - 1 else places[owners]
