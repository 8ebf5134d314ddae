"""One content compared with all others, the likeliest first, until geometry finds nothing on many in a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

from lookalike.search.duplicates.book import Book, Pair, pair_of
from lookalike.types import VerifiedPair

PATIENCE: Final = 4
"""Neighbours in a row that have nothing to do with a content: then none of the next is tried.

Of 403 pairs with something in common, 8 came after more, none of them a copy (docs/decisions/0060).
"""
READ: Final = 4
"""Neighbours whose features are read at once: of most no more are tried."""
AT_ONCE: Final = 16
"""Pairs whose pictures are asked for at once."""


@dataclass(frozen=True)
class Neighbours:
    """Contents that share local features with `id`, or with its mirror image, most votes first.

    `rivals` look most like it and have its shape: they serve where there are hardly any features.
    """

    id: int
    upright: Sequence[int]
    mirrored: Sequence[int]
    rivals: Sequence[int] = ()

    @property
    def all(self) -> set[int]:
        """Each once."""
        return {*self.upright, *self.mirrored, *self.rivals}

    @property
    def likely(self) -> set[int]:
        """Those whose geometry is asked for, whatever comes of the first ones."""
        return {*self.upright[:PATIENCE], *self.mirrored[:PATIENCE]}


class Comparer(Protocol):
    """Tells of pairs (a, b), a < b. Each answer depends on the pair alone."""

    def expect(self, ids: Sequence[int]) -> None:
        """Contents that will be asked about next."""

    def is_related(self, pair: Pair, *, mirrored: bool) -> bool:
        """Whether geometry explains what features of the two share; `mirrored`: or what b shares with a's mirror."""

    def judged(self, pairs: Sequence[Pair]) -> Mapping[Pair, VerifiedPair | None]:
        """Pixels' word on pairs that are related; those whose pictures cannot be seen are left out."""

    def wholes(self, pairs: Sequence[Pair]) -> Mapping[Pair, VerifiedPair | None]:
        """Pixels' word on pairs laid over each other as wholes; those that cannot be seen are left out."""


def compared(of: Neighbours, book: Book, comparer: Comparer) -> tuple[list[VerifiedPair], set[Pair]]:
    """Pairs proved of a content, and pairs of which no picture could be seen; noted in the book as it goes on."""
    proved: list[VerifiedPair] = []
    unseen: set[Pair] = set()
    for pairs in _ever_more(_related(of, book, comparer)):
        judged = comparer.judged(pairs)
        unseen |= set(pairs) - judged.keys()
        proved += book.proved(found for found in judged.values() if found is not None)
    rivals = book.rivals(of.id, of.rivals)
    if rivals:
        proved += book.proved(found for found in comparer.wholes(rivals).values() if found is not None)
    return proved, unseen


def _related(of: Neighbours, book: Book, comparer: Comparer) -> Iterator[Pair]:
    """Pairs with this content that are related, and were not tried before.

    Pairs that become folded in between are left out.
    """
    for ranked, mirrored in ((of.upright, False), (of.mirrored, True)):
        misses = 0
        for at, other in enumerate(ranked):
            if at % READ == 0:
                comparer.expect([of.id, *ranked[at : at + READ]])
            pair = pair_of(of.id, other)
            if book.folds.hold(*pair):
                continue
            if book.is_open(pair, mirrored=mirrored):
                related = comparer.is_related(pair, mirrored=mirrored)
                book.tried(pair, related=related, mirrored=mirrored)
                if related:
                    yield pair
            misses = 0 if pair in book.related else misses + 1
            if misses == PATIENCE:
                break


def _ever_more(pairs: Iterator[Pair]) -> Iterator[list[Pair]]:
    """One, then two, four and so on: after the first there may be none that is still worth a look."""
    count = 1
    while some := list(islice(pairs, count)):
        yield some
        count = min(2 * count, AT_ONCE)
