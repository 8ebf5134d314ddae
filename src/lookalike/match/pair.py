"""Two pictures' features, matched and verified; mirrored where upright they have nothing in common."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.protocols import Matcher, Verifier
from lookalike.types import Geometry, LocalFeatures, Matches


@dataclass(frozen=True, eq=False)
class Related:
    """The matches that the geometry stands on; without one, those of the upright picture."""

    matches: Matches
    geometry: Geometry | None


def related(
    a: LocalFeatures, b: LocalFeatures, matcher: Matcher, verifier: Verifier, mirrored: LocalFeatures | None = None
) -> Related:
    """What a and b share. `mirrored` are a's keypoints with the rows of its mirror image (see `local.mirror`)."""
    upright = matcher.match(a, b)
    geometry = verifier.verify(a, b, upright)
    if geometry is not None or mirrored is None:
        return Related(upright, geometry)
    turned = matcher.match(mirrored, b)
    geometry = verifier.verify(mirrored, b, turned, mirrored=True)
    return Related(turned, geometry) if geometry is not None else Related(upright, None)
