"""Which places belong together?"""

from __future__ import annotations

from typing import Final

from box import view

from lookalike.local import EXTRACTORS
from lookalike.match import MATCHERS
from lookalike.match.drawing import draw
from lookalike.match.pair import Related
from lookalike.match.verify import Planar
from lookalike.protocols import Matcher
from lookalike.types import Explanation, Geometry

FEATURES: Final = "orb"
HERE, THERE = 10.0, 35.0
"""Degrees around the box."""
DARKER: Final = 0.8


def nearest_of_all() -> Explanation:
    """Every feature with the one that is most like it, the other way round too."""
    return _matched(MATCHERS.make("nearest", {"ratio": 1.0}))


def nearest_and_clear() -> Explanation:
    """Only those that are clearly nearer than the second."""
    return _matched(MATCHERS.make("nearest", {"ratio": 0.8}))


def kept_by_spectral() -> Explanation:
    return _matched(MATCHERS.make("spectral", {"ratio": 1.0, "candidates": 1000}))


def kept_by_gms() -> Explanation:
    return _matched(MATCHERS.make("gms"))


def verified() -> Explanation:
    """What is left when one plane has to explain it."""
    return _matched(MATCHERS.make("spectral", {"ratio": 1.0, "candidates": 1000}), only_agreeing=True)


def _matched(matcher: Matcher, *, only_agreeing: bool = False) -> Explanation:
    """Green where one map from a plane to a plane explains it."""
    a, b = view(HERE), view(THERE, DARKER)
    of_a, of_b = (EXTRACTORS.make(FEATURES).extract(one) for one in (a, b))
    matches = matcher.match(of_a, of_b)
    geometry = Planar().verify(of_a, of_b, matches)
    agreeing = 0 if geometry is None else int(geometry.inliers.sum())
    share = agreeing / max(len(matches), 1)
    line = f"{matcher.name}: {len(matches)} matches, of which {agreeing} agree on one plane ({share:.0%})."
    if only_agreeing and geometry is not None:
        line = f"{agreeing} matches agree; by chance as many would with probability {geometry.p_chance:.0e} or less."
        matches = matches[geometry.inliers]
        geometry = Geometry(geometry.kind, geometry.model, geometry.inliers[geometry.inliers], geometry.p_chance)
    return Explanation(line, draw(a, b, of_a, of_b, Related(of_a, matches, geometry)))


FIGURES = (nearest_of_all, nearest_and_clear, kept_by_spectral, kept_by_gms, verified)
