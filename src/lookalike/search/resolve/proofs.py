"""Proofs of what contents are to each other, and what speaks against letting one of them stand for another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from lookalike.figures import about
from lookalike.search.duplicates.identical import IDENTICAL, Group, Link
from lookalike.search.duplicates.stars import RELATIONS, Links, classes_of
from lookalike.search.resolve.edited import looks_of
from lookalike.search.resolve.outcomes import Refused
from lookalike.search.resolve.scales import Scales
from lookalike.types import Record, Relation, VerifiedPair

SHOWN: Final = 0.9
"""Share of a file that the kept one has to show, unless told otherwise; of two copies each shows two thirds."""
FRAME: Final = 0.1
"""Share of the kept one that may be a plain frame around what a file shows."""


@dataclass(frozen=True)
class Proofs:
    """Groups of `identical` contents, and `pairs` of which more is proved."""

    identical: Sequence[Group] = ()
    pairs: Sequence[VerifiedPair] = ()

    @cached_property
    def _classes(self) -> Mapping[int, int]:
        return classes_of(self.identical)

    @cached_property
    def _links(self) -> Links:
        return Links.among(self.pairs, self._classes)

    @cached_property
    def _scales(self) -> Scales:
        return Scales.among(self.pairs, self._classes)

    @cached_property
    def _grey(self) -> frozenset[int]:
        """Contents that have lost the colours that another one has."""
        told = ((pair, pair.edits or ()) for pair in self.pairs if pair.relation == "copy")
        sides = ((pair.b if "grey" in edits else pair.a, edits) for pair, edits in told)
        return frozenset(self.stands_for(id) for id, edits in sides if {"grey", "coloured"} & set(edits))

    @cached_property
    def _looks(self) -> Mapping[int, int]:
        return looks_of(self.pairs, self._classes)

    def stands_for(self, id: int) -> int:
        """The content that stands for all that are identical to one."""
        return self._classes.get(id, id)

    def links(self, kept: int, contents: Iterable[int]) -> dict[int, Link]:
        """Links of contents to `kept`, of those that are proved to be identical to it or copies, by two proofs at most.

        Two copies of it that are known to be further from each other are not both among them.
        """
        own = self.stands_for(kept)
        among = {id: self.stands_for(id) for id in contents}
        wanted = set(among.values()) - {own}
        star = self._links.star(own, "copy", wanted, self._links.of.keys()) if wanted else {}
        links = {id: IDENTICAL if each == own else star.get(each) for id, each in among.items()}
        return {id: link for id, link in links.items() if link is not None}

    def check(
        self, kept: Record, member: Record, link: Link | None, claimed: Relation, shown: float, *, is_told: bool = False
    ) -> None:
        """Raises `Refused` where `kept` may not stand for `member`; `claimed` is what their group says they are.

        `is_told`: a person said that `kept` is the one to keep, so that an edit of it needs no guess.
        """
        own, other = self.stands_for(kept.id), self.stands_for(member.id)
        if link is None:
            raise self._unproved(own, other)
        if RELATIONS.index(link.relation) > RELATIONS.index(claimed):
            raise Refused("unproved", f"said to be {claimed}, and a {link.relation} of the kept one")
        shares = (link.coverage[0], 1.0 if own == other else self._share(own, kept, other, member))
        if min(shares) < shown:
            raise Refused("shows_more", f"the kept one shows {about(min(shares))} of it")
        if link.adds:
            raise Refused("shows_more", "something is written or laid on it that the kept one does not show")
        if own in self._grey and other not in self._grey:
            raise Refused("colours", "the kept one is grey")
        if own == other or is_told:
            return
        if self._looks.get(own) is None or self._looks.get(own) != self._looks.get(other):
            raise Refused(
                "edited", "turned, mirrored, or of other light or colours; which is the original, nobody knows"
            )
        if link.coverage[1] - self._share(other, member, own, kept) > FRAME:
            raise Refused("framed", "the kept one has a frame, or more ground, around what this shows")

    def is_coarser(self, kept: Record, member: Record) -> bool:
        """Whether `kept` has fewer px for what both show, as far as a proof tells."""
        return self._scales.is_coarser(self.stands_for(kept.id), self.stands_for(member.id))

    def _share(self, own: int, kept: Record, other: int, member: Record) -> float:
        share = self._scales.share(own, other, (kept.content.size, member.content.size))
        if share is None:
            raise Refused("unproved", "how much of it the kept one shows is not known")
        return share

    def _unproved(self, own: int, other: int) -> Refused:
        known = self._links.of.get(own, {}).get(other)
        if known is None:
            return Refused("unproved", "not proved against the kept one itself")
        if known.relation == "copy":
            words = "something laid on the kept one hides what it shows" if known.hides else "not as a third one has it"
            return Refused("hidden" if known.hides else "unproved", words)
        return Refused("relation", f"{known.relation} of the kept one: only identical files and copies are acted upon")
