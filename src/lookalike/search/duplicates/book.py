"""Pairs of contents that were tried by now, and what is folded: what decides which pairs are tried next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lookalike.search.duplicates.folds import Folds
from lookalike.types import VerifiedPair

Pair: TypeAlias = tuple[int, int]
"""Ids of two contents, the smaller first."""


def pair_of(one: int, other: int) -> Pair:
    """The two in the order of a pair."""
    return (min(one, other), max(one, other))


@dataclass
class Book:
    """Pairs in which geometry found something, and those in which it found nothing, `upright` or `mirrored`.

    `laid_over` are pairs whose pixels were compared as wholes.
    """

    folds: Folds
    related: set[Pair] = field(default_factory=set)
    upright: set[Pair] = field(default_factory=set)
    mirrored: set[Pair] = field(default_factory=set)
    laid_over: set[Pair] = field(default_factory=set)

    def is_open(self, pair: Pair, *, mirrored: bool) -> bool:
        """Whether geometry is still to be asked about the two, or about the mirror image of one."""
        return pair not in self.related and pair not in (self.mirrored if mirrored else self.upright)

    def tried(self, pair: Pair, *, related: bool, mirrored: bool) -> None:
        """Notes what geometry found."""
        found = self.related if related else self.mirrored if mirrored else self.upright
        found.add(pair)

    def proved(self, found: Iterable[VerifiedPair]) -> list[VerifiedPair]:
        """Notes what pixels proved, and gives it back."""
        noted = list(found)
        for each in noted:
            self.folds.add(each)
        return noted

    def rivals(self, id: int, others: Sequence[int]) -> list[Pair]:
        """Pairs of a content with `others` of its shape, whose pixels were not compared yet; they count as such now."""
        pairs = [pair_of(id, other) for other in others]
        found = [pair for pair in pairs if pair not in self.laid_over and pair not in self.related]
        self.laid_over.update(found)
        return found

    def about(self, id: int, others: Collection[int], claimed: Iterable[int] = ()) -> Book:
        """All that concerns a content and these others, as a book of its own; `claimed` count as laid over already."""
        pairs = {pair_of(id, other) for other in others}
        related, upright, mirrored, laid_over = (
            pairs & each for each in (self.related, self.upright, self.mirrored, self.laid_over)
        )
        laid_over.update(pair_of(id, other) for other in claimed)
        return Book(self.folds.among({id, *others}), related, upright, mirrored, laid_over)
