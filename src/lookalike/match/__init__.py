"""Where one picture lies in another, and what two sets of features have in common."""

from __future__ import annotations

from lookalike.callable_package import call_instead
from lookalike.protocols import Locator, Matcher, Verifier
from lookalike.registry import Table

LOCATORS: Table[Locator] = Table(
    "locator",
    {
        "exact": "lookalike.match.locate.exact:Exact",
        "fast": "lookalike.match.locate.pyramid:Pyramid",
        "phase": "lookalike.match.locate.phase_correlation:Phase",
        "poses": "lookalike.match.locate.poses:Poses",
    },
)
"""Sliding windows by name of the engine."""

MATCHERS: Table[Matcher] = Table(
    "matcher",
    {
        "gms": "lookalike.match.match.graph:MotionStatistics",
        "lightglue": "lookalike.match.match.lightglue:LightGlue",
        "nearest": "lookalike.match.match.nearest:Nearest",
        "spectral": "lookalike.match.match.graph:Spectral",
        "superglue": "lookalike.match.match.superglue:SuperGlue",
    },
)
"""Ways to pair the features of two pictures."""

VERIFIERS: Table[Verifier] = Table(
    "verifier",
    {
        "epipolar": "lookalike.match.verify.epipolar:Epipolar",
        "planar": "lookalike.match.verify.planar:Planar",
    },
)
"""Geometries that pairs of features may agree on."""

call_instead(__name__, "lookalike.search.match:match")
