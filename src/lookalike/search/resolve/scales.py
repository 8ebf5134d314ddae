"""How much of one copy another shows at most: by the px of both, and how many px of the one make one of the other.

The coverage of a proof leaves out what is plain. A crop that lacks only a soft ground covers nearly all, and its
original is nevertheless not to be dropped for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lookalike.types import Size, VerifiedPair

_RESIZED: Final = re.compile(r"resized to (\d+) %(?: x (\d+) %)?")
FINER: Final = 1.1
"""Px that a px makes of it where the other is not the finer one by rounding alone."""
HALF: Final = 0.5
"""Percent by which what is told of a scale may be off."""


@dataclass(frozen=True)
class Scales:
    """Px of one content that a px of another makes, the fewest and the most, of two that were proved to be copies."""

    of: Mapping[int, Mapping[int, tuple[float, float]]]

    @classmethod
    def among(cls, pairs: Iterable[VerifiedPair], classes: Mapping[int, int]) -> Scales:
        """Scales between classes of identical contents."""
        of: dict[int, dict[int, tuple[float, float]]] = defaultdict(dict)
        for pair in pairs:
            a, b = classes.get(pair.a, pair.a), classes.get(pair.b, pair.b)
            if pair.relation == "copy" and pair.edits is not None and a != b:
                least, most = _area(pair.edits)
                of[a][b], of[b][a] = (least, most), (1 / most, 1 / least)
        return cls(of)

    def share(self, kept: int, member: int, sizes: tuple[Size, Size]) -> float | None:
        """Share of `member` that `kept` shows at most, by one proof or two; None where none tells a scale.

        `sizes` are those of both.
        """
        near = self.of.get(kept, {})
        if member in near:
            most = near[member][1]
        else:
            ways = [
                first[1] * self.of[middle][member][1] for middle, first in near.items() if member in self.of[middle]
            ]
            if not ways:
                return None
            most = min(ways)
        (w, h), (wide, high) = sizes
        return min(1.0, w * h * most / (wide * high))

    def is_coarser(self, kept: int, member: int) -> bool:
        """Whether `kept` has clearly fewer px for what both show, by a proof of the two or by one way of two proofs."""
        near = self.of.get(kept, {})
        if member in near:
            return near[member][0] > FINER
        ways = (first[0] * self.of[middle][member][0] for middle, first in near.items() if member in self.of[middle])
        return any(least > FINER for least in ways)


def _area(edits: Sequence[str]) -> tuple[float, float]:
    """The fewest and the most px of b that a px of a makes, as edits tell the scale."""
    found = next((match for edit in edits if (match := _RESIZED.fullmatch(edit))), None)
    if found is None:
        return 1.0, 1.0
    across, down = float(found[1]), float(found[2] or found[1])
    least, most = ((max(across + off, 0.25) * max(down + off, 0.25)) / 1e4 for off in (-HALF, HALF))
    return least, most
