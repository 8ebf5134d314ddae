"""Two pictures' features, matched and verified; turned, mirrored or seen from aside where upright they have
nothing in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.local.affine_views import AffineView
from lookalike.local.views import View
from lookalike.protocols import Matcher, Verifier
from lookalike.types import Geometry, GeometryKind, LocalFeatures, Matches

CLEAR: Final = 0.5
"""Share of the matches that agree from which on no other way of looking can be meant."""


@dataclass(frozen=True, eq=False)
class Related:
    """The matches that the geometry stands on, as rows of `a` and of b; without one, those of the upright picture."""

    a: LocalFeatures
    matches: Matches
    geometry: Geometry | None


@dataclass(frozen=True, eq=False)
class Agreement:
    """A geometry between a and b, and the matches that it stands on, as rows of `a` and `b`."""

    a: LocalFeatures
    b: LocalFeatures
    matches: Matches
    geometry: Geometry

    @property
    def rows(self) -> NDArray[np.int64]:
        """(n, 2) rows of a and b of the matches that agree."""
        return self.matches.pairs[self.geometry.inliers]


def related(
    a: LocalFeatures, b: LocalFeatures, matcher: Matcher, verifier: Verifier, mirrored: LocalFeatures | None = None
) -> Related:
    """Matches and geometry of a and b. `mirrored` are a's keypoints with the rows of its mirror image."""
    upright = related_one_way(a, b, matcher, verifier)
    if upright.geometry is not None or mirrored is None:
        return upright
    turned = related_one_way(mirrored, b, matcher, verifier, mirrored=True)
    return turned if turned.geometry is not None else upright


def related_one_way(
    a: LocalFeatures, b: LocalFeatures, matcher: Matcher, verifier: Verifier, *, mirrored: bool = False
) -> Related:
    """Matches and geometry of a and b as they are; `mirrored`: the rows of a are those of its mirror image."""
    matches = matcher.match(a, b)
    return Related(a, matches, verifier.verify(a, b, matches, mirrored=mirrored))


def related_in_a_view(views: Iterable[View], b: LocalFeatures, matcher: Matcher, verifier: Verifier) -> Related:
    """Matches of b with the view of a that it agrees with best; the first view's matches where with none.

    A face agrees a little with its mirror image, so that not the first agreement counts.
    """
    found: list[Related] = []
    for view in views:
        found.append(_seen(view, b, matcher, verifier))
        if _agreeing(found[-1]) > CLEAR * len(found[-1].matches):
            break
    return max(found, key=_agreeing)  # of equal ones the first


def related_by_affine_views(
    views: Iterable[AffineView], b: LocalFeatures, matcher: Matcher, verifier: Verifier
) -> Related | None:
    """Matches of b with the squeezed view of a that it agrees with best, as a geometry of a; None where with none."""
    found: list[Related] = []
    for view in views:
        matches = matcher.match(view.seen, b)
        geometry = verifier.verify(view.seen, b, matches)
        if geometry is not None and geometry.kind != "fundamental":
            kind: GeometryKind = "affine" if geometry.kind == "similarity" else geometry.kind
            unsqueezed = replace(geometry, kind=kind, model=geometry.model @ view.model)
            found.append(Related(replace(view.seen, keypoints=view.at), matches, unsqueezed))
            if _agreeing(found[-1]) > CLEAR * len(matches):
                break
    return max(found, key=_agreeing, default=None)


def _seen(view: View, b: LocalFeatures, matcher: Matcher, verifier: Verifier) -> Related:
    matches = matcher.match(view.seen, b)
    return Related(view.placed, matches, verifier.verify(view.placed, b, matches, mirrored=view.mirrored))


def _agreeing(found: Related) -> int:
    return 0 if found.geometry is None else int(found.geometry.inliers.sum())
