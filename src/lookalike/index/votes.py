"""Every row of bits compared: pictures that share local features with a question, by votes that fall with the bits
that differ.

[Steinebach, Liu & Yannikos, Efficient Cropping-Resistant Robust Image Hashing, ARES 2014; burstiness: Jegou, Douze &
Schmid, On the burstiness of visual elements, CVPR 2009]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.index.ballot import best_of_each
from lookalike.protocols import SetIndex
from lookalike.types import Hits, Ids, LocalFeatures, Space, Vectors

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
        """What `save` wrote."""
        index = _HammingVotes(space, self)
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            index.hold(kept["owners"], kept["rows"])
        return index


class _HammingVotes:
    """(n,) ids and (n, d/8) rows, by id."""

    def __init__(self, space: Space, made: HammingVotes) -> None:
        self.space = space
        self.kind = made.name
        self._most = int(made.near * space.dim)
        self._width = WIDTH * space.dim
        self.hold(np.empty(0, np.int64), np.empty((0, space.columns), np.uint8))

    def hold(self, owners: NDArray[np.int64], rows: NDArray[np.uint8]) -> None:
        """These rows and no others, in any order."""
        order = np.argsort(owners, kind="stable")
        self._owners, self._rows = owners[order], np.ascontiguousarray(rows[order])
        self._index = faiss.IndexBinaryFlat(self.space.dim)
        self._index.add(self._rows)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def ids(self) -> Ids:
        """Ascending, of pictures that have features."""
        return np.unique(self._owners)

    def add(self, ids: Ids, features: Sequence[LocalFeatures]) -> None:
        """Adds pictures; one that is there is replaced."""
        rows = [self._checked(each) for each in features]
        of = np.repeat(np.asarray(ids, np.int64), [len(each) for each in rows])
        kept = ~np.isin(self._owners, ids)
        self.hold(np.concatenate([self._owners[kept], of]), np.concatenate([self._rows[kept], *rows]))

    def remove(self, ids: Ids) -> None:
        """Drops pictures; an id that is not there is no error."""
        kept = ~np.isin(self._owners, ids)
        if not kept.all():
            self.hold(self._owners[kept], self._rows[kept])

    def search(self, features: LocalFeatures, k: int, among: Ids | None = None) -> Hits:
        """The best `k` that get a vote, or fewer; only of ids in `among`, when given. The score is the sum of votes."""
        rows = self._checked(features)
        ids, places = np.unique(self._owners, return_inverse=True)
        limits, apart, at = self._index.range_search(rows, self._most + 1)  # nearer than that
        row = np.repeat(np.arange(len(rows)), np.diff(limits.astype(np.int64)))
        weight = np.exp(-np.square(np.asarray(apart, np.float64) / self._width))
        row, owner, weight = best_of_each(row, places[at], weight)
        weight /= np.sqrt(np.bincount(row, minlength=len(rows)))[row]  # the less, the more it votes for
        votes = np.bincount(owner, weights=weight, minlength=len(ids))
        if among is not None:
            votes[~np.isin(ids, among)] = 0
        found = np.flatnonzero(votes)
        return Hits.ranked(ids[found], votes[found].astype(np.float32), k)

    def save(self, path: Path) -> None:
        """To one file."""
        with path.open("wb") as file:
            np.savez(file, owners=self._owners, rows=self._rows)

    def _checked(self, features: LocalFeatures) -> NDArray[np.uint8]:
        rows = features.descriptors
        if rows.shape[1] != self.space.columns or rows.dtype != np.uint8:
            raise ValueError(f"{self.space.name} takes features of {self.space.columns} columns of packed bits")
        return np.ascontiguousarray(rows, np.uint8)
