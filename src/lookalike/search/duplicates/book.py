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
    """Whether geometry found something in each pair that was tried; `upright` are those tried as they are alone.

    `laid_over` are pairs whose pixels were compared as wholes.
    """

    folds: Folds
    related: dict[Pair, bool] = field(default_factory=dict)
    upright: set[Pair] = field(default_factory=set)
    laid_over: set[Pair] = field(default_factory=set)

    def is_open(self, pair: Pair, *, mirrored: bool) -> bool:
        """Whether it is still to be tried: it never was, or its mirror image was not, and has votes now."""
        return pair not in self.related or (mirrored and pair in self.upright and not self.related[pair])

    def tried(self, pair: Pair, *, related: bool, mirrored: bool) -> None:
        """Notes what geometry found."""
        self.related[pair] = related
        (self.upright.discard if mirrored else self.upright.add)(pair)

    def proved(self, found: Iterable[VerifiedPair]) -> list[VerifiedPair]:
        """Notes what pixels proved, and gives it back."""
        noted = list(found)
        for each in noted:
            self.folds.add(each)
        return noted

    def rivals(self, id: int, others: Sequence[int]) -> list[Pair]:
        """Pairs of a content with `others` of its shape, whose pixels were not compared yet; they count as such now."""
        pairs = [pair_of(id, other) for other in others]
        found = [pair for pair in pairs if pair not in self.laid_over and not self.related.get(pair, False)]
        self.laid_over.update(found)
        return found

    def about(self, id: int, others: Collection[int]) -> Book:
        """All that concerns a content and these others, as a book of its own."""
        pairs = {pair_of(id, other) for other in others}
        related = {pair: self.related[pair] for pair in pairs & self.related.keys()}
        return Book(self.folds.among({id, *others}), related, pairs & self.upright, pairs & self.laid_over)
