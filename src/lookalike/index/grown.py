"""Columns of very many pictures that stay as they are, with those of some that came later and without some that went.

[Segments beside an index that is not written again: Lester, Moffat & Zobel, Efficient online index construction for
text databases, TODS 2008]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.index.columns import Alike, Columns, Signatures
from lookalike.types import Ids

FEW: Final = 4096
"""Pictures that are all sorted anew by each change: it takes no time to speak of."""
SHARE: Final = 16
"""One picture in so many may have come or gone since: then all are sorted anew."""


@dataclass(frozen=True, eq=False)
class Grown:
    """Columns that were `held`, of which those of some pictures are `gone`, and `later` ones of other pictures.

    Answers are those of one `Columns` of them all. Owners are numbered through: those held, the gone among them, which
    own nothing, then the later ones.
    """

    held: Columns
    gone: Ids
    later: Columns

    @classmethod
    def of(cls, held: Columns) -> Grown:
        """Nothing came and nothing went."""
        return cls(held, np.empty(0, np.int64), Columns.none(held.words))

    @property
    def is_changed(self) -> bool:
        """Whether any came or went."""
        return len(self.gone) + len(self.later.ids) > 0

    @cached_property
    def ids(self) -> Ids:
        """Ascending, of pictures that are there."""
        return np.union1d(np.setdiff1d(self.held.ids, self.gone), self.later.ids)

    @cached_property
    def owners(self) -> Ids:
        """(n,) the id of each owner by its number."""
        return np.concatenate([self.held.ids, self.later.ids])

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """(n,) entries of each owner, as long as it was there."""
        return np.concatenate([self.held.sizes, self.later.sizes])

    @cached_property
    def rarity(self) -> NDArray[np.float64]:
        """(words,) logarithm of one over the share of pictures that have the word, and a little."""
        pictures = self.held.pictures + self.later.pictures
        if len(self.gone):
            pictures = pictures - self.held.only(self.gone).pictures
        weight: NDArray[np.float64] = np.log(max(len(self.ids), 1) / np.maximum(pictures, 1)) + 0.1
        return weight

    def scan(self, words: NDArray[np.int64], signatures: Signatures, near: int) -> Alike:
        """As `Columns.scan`, but that questions ascend among those held, then among the later ones."""
        held = self.held.scan(words, signatures, near)
        if not self.is_changed:
            return held
        stays = ~self._is_gone[held.owner]
        later = self.later.scan(words, signatures, near)
        return Alike(
            np.concatenate([held.question[stays], later.question]),
            np.concatenate([held.owner[stays], later.owner + np.int32(len(self.held.ids))]),
            np.concatenate([held.apart[stays], later.apart]),
        )

    def with_later(self, new: Columns) -> Grown:
        """With other pictures, none of which is there."""
        return Grown(self.held, self.gone, self.later.joined(new))._settled()

    def without(self, ids: Ids) -> Grown:
        """Without pictures; an id that is not there is no error."""
        gone = np.union1d(self.gone, np.intersect1d(ids, self.held.ids))
        later = self.later.without(ids) if np.isin(ids, self.later.ids).any() else self.later
        return Grown(self.held, gone, later)._settled()

    def joined(self) -> Columns:
        """All in one."""
        left = self.held.without(self.gone) if len(self.gone) else self.held
        return left.joined(self.later) if len(self.later.ids) else left

    def _settled(self) -> Grown:
        changed = len(self.gone) + len(self.later.ids)
        is_much = changed > len(self.held.ids) // SHARE or len(self.held.ids) <= FEW
        return Grown.of(self.joined()) if is_much and changed else self

    @cached_property
    def _is_gone(self) -> NDArray[np.bool_]:
        return np.isin(self.held.ids, self.gone)
