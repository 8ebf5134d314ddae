"""Which places belong together?"""

from __future__ import annotations

from typing import Final

import numpy as np
from box import view
from numpy.typing import NDArray

from lookalike.describe.drawing import captioned, side_by_side
from lookalike.local import EXTRACTORS
from lookalike.match import MATCHERS
from lookalike.match.drawing.assignment import matrix, strands
from lookalike.match.drawing.matches import draw
from lookalike.match.match.lightglue import LightGlue
from lookalike.match.match.trained import surest
from lookalike.match.verify.match_and_verify import Related
from lookalike.match.verify.planar import Planar
from lookalike.protocols import Matcher
from lookalike.types import Explanation, Geometry, LocalFeatures

FEATURES: Final = "orb"
HERE, THERE = 10.0, 35.0
"""Degrees around the box."""
ASLANT: Final = (20.0, 52.0)
"""Degrees around the box that are too far apart for most."""
FEW, MANY = 140, 512
"""Features in a matrix that can be looked at, and in lines."""
CELL: Final = 3
"""px of a pair."""
SURE: Final = 0.5
LEAST: Final = 0.1
"""Probability of a pair that is drawn."""
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


def cosines_and_assignment() -> Explanation:
    """How like each other all features are, and how sure the network is of each pair."""
    of_a, of_b, assignment = _assigned(FEW)
    cosines = np.asarray(of_a.descriptors @ of_b.descriptors.T)
    before, after = ((table >= SURE).sum() for table in (cosines, assignment))
    line = (
        f"Of {cosines.size:,} pairs {before:,} have a cosine of {SURE} or more; "
        f"the network gives {after:,} such a probability."
    )
    tiles = [
        captioned(matrix(table, of_a, of_b, CELL), words)
        for table, words in ((cosines, "cosines"), (assignment, "assignment"))
    ]
    return Explanation(line, side_by_side(tiles))


def assignment_as_lines() -> Explanation:
    """The stronger the colour, the surer."""
    of_a, of_b, assignment = _assigned(MANY)
    matches = surest(assignment, LEAST)
    line = f"{len(matches)} pairs, of which {int((matches.scores > SURE).sum())} are surer than {SURE:.0%}."
    return Explanation(line, strands(view(ASLANT[0]), view(ASLANT[1], DARKER), of_a, of_b, matches))


def aslant_by_nearest() -> Explanation:
    return _aslant(MATCHERS.make("nearest", {"ratio": 1.0}))


def aslant_by_lightglue() -> Explanation:
    return _aslant(MATCHERS.make("lightglue", {"features": "xfeat"}))


def _assigned(max_keypoints: int) -> tuple[LocalFeatures, LocalFeatures, NDArray[np.float32]]:
    """Features of two views that are far apart, and the network's assignment."""
    extractor = EXTRACTORS.make("xfeat", {"max_keypoints": max_keypoints})
    of_a, of_b = (extractor.extract(one) for one in (view(ASLANT[0]), view(ASLANT[1], DARKER)))
    return of_a, of_b, LightGlue(features="xfeat").assignment(of_a, of_b)


def _aslant(matcher: Matcher) -> Explanation:
    return _matched(matcher, features="xfeat", degrees=ASLANT)


def _matched(
    matcher: Matcher,
    *,
    features: str = FEATURES,
    degrees: tuple[float, float] = (HERE, THERE),
    only_agreeing: bool = False,
) -> Explanation:
    """Green where one map from a plane to a plane explains it."""
    a, b = view(degrees[0]), view(degrees[1], DARKER)
    of_a, of_b = (EXTRACTORS.make(features).extract(one) for one in (a, b))
    matches = matcher.match(of_a, of_b)
    geometry = Planar().verify(of_a, of_b, matches)
    agreeing = 0 if geometry is None else int(geometry.inliers.sum())
    share = agreeing / max(len(matches), 1)
    line = f"{matcher.name}: {len(matches)} matches, of which {agreeing} agree on one plane ({share:.0%})."
    if only_agreeing and geometry is not None:
        line = f"{agreeing} matches agree; by chance as many would with probability {geometry.nfa:.0e} or less."
        matches = matches[geometry.inliers]
        geometry = Geometry(geometry.kind, geometry.model, geometry.inliers[geometry.inliers], geometry.nfa)
    return Explanation(line, draw(a, b, of_a, of_b, Related(of_a, matches, geometry)))


FIGURES = (
    nearest_of_all,
    nearest_and_clear,
    kept_by_spectral,
    kept_by_gms,
    verified,
    aslant_by_nearest,
    cosines_and_assignment,
    assignment_as_lines,
    aslant_by_lightglue,
)
