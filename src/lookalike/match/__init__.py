"""Where one picture lies in another, and what two sets of features have in common."""

from __future__ import annotations

from lookalike.protocols import Locator, Matcher, Verifier
from lookalike.registry import Table

LOCATORS: Table[Locator] = Table(
    "locator",
    {
        "exact": "lookalike.match.exact:Exact",
        "fast": "lookalike.match.pyramid:Pyramid",
        "phase": "lookalike.match.phase:Phase",
        "poses": "lookalike.match.poses:Poses",
    },
)
"""Sliding windows by name of the engine."""

MATCHERS: Table[Matcher] = Table(
    "matcher",
    {
        "gms": "lookalike.match.graph:MotionStatistics",
        "lightglue": "lookalike.match.lightglue:LightGlue",
        "nearest": "lookalike.match.nearest:Nearest",
        "spectral": "lookalike.match.graph:Spectral",
        "superglue": "lookalike.match.superglue:SuperGlue",
    },
)
"""Ways to pair the features of two pictures."""

VERIFIERS: Table[Verifier] = Table(
    "verifier",
    {
        "epipolar": "lookalike.match.epipolar:Epipolar",
        "planar": "lookalike.match.verify:Planar",
    },
)
"""Geometries that pairs of features may agree on."""
