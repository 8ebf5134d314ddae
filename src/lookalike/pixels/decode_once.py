"""One picture for several who want it in different sizes: decoded no more often than their pixels differ."""

from __future__ import annotations

from collections.abc import Iterable

from lookalike.pixels.decode import Decoded, decode
from lookalike.pixels.limits import Limits
from lookalike.pixels.sniff import may_be_a_fraction


def decode_once(data: bytes, sides: Iterable[int], limits: Limits) -> dict[int, Decoded]:
    """By side, what `decode` gives for it: the same pixels, whoever else asks. Raises as `decode`, for all of them.

    Only a JPEG has other pixels for another side, and only where that asks for another fraction.
    """
    found: dict[int, Decoded] = {}
    for side in sorted(set(sides), reverse=True):
        same = (each for other, each in found.items() if _is_same(each, other, side, limits))
        found[side] = next(same, None) or decode(data, min_side=side, limits=limits)
    return found


def _is_same(decoded: Decoded, side: int, other: int, limits: Limits) -> bool:
    """Whether what was decoded for `side` is what `other` asks for."""
    if not may_be_a_fraction(decoded.format):
        return True
    from lookalike.pixels.jpeg import fraction_for

    size = decoded.picture.size  # upright; the fraction is the same for a picture that lies on its side
    return fraction_for(size, side, limits) == fraction_for(size, other, limits)
