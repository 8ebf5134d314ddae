"""Contents that show nearly the same as another one: both need no comparison with others of that kind."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from lookalike.types import VerifiedPair

NEARLY_ALL: Final = 0.9
"""Coverage of either copy by the other from which on the two show the same."""
FURTHEST: Final = 2
"""Proofs that lead from a hub to what is folded with it, the most: so many are composed when groups are made."""


@dataclass
class Folds:
    """Hubs, each with contents that were proved against it, or against one that was.

    No content is held by one of fewer px, which may hide in what two others differ. `areas` are px by content.
    """

    areas: Mapping[int, int]
    _hub: dict[int, int] = field(default_factory=dict)
    _proofs: dict[int, int] = field(default_factory=dict)

    def add(self, pair: VerifiedPair) -> None:
        """Notes two copies in which nothing differs, unless both are held already."""
        if pair.relation != "copy" or min(pair.coverage) < NEARLY_ALL or pair.differs:
            return
        for one, other in ((pair.a, pair.b), (pair.b, pair.a)):
            hub, proofs = self._hub.get(one, one), self._proofs.get(one, 0) + 1
            if other not in self._hub and proofs <= FURTHEST and self.areas.get(one, 0) >= self.areas.get(other, 0):
                self._hub[hub], self._hub[other] = hub, hub
                self._proofs[other] = proofs
                return

    def among(self, ids: Set[int]) -> Folds:
        """Folds as far as they concern these contents."""
        areas, hub, proofs = (
            {id: known[id] for id in ids & known.keys()} for known in (self.areas, self._hub, self._proofs)
        )
        return Folds(areas, hub, proofs)

    def hold(self, a: int, b: int) -> bool:
        """Whether the two are folded with one hub, or one is the hub of the other."""
        return a in self._hub and self._hub[a] == self._hub.get(b)
