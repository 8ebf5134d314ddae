"""What kind of match: a copy, proved by geometry and detail; another picture of the same scene, by geometry alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from lookalike.local.affine_views import affine_views
from lookalike.local.limited import Limited
from lookalike.local.sift import Sift
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.detail_correlation import agreement
from lookalike.match.verify.guided_matching import similarities
from lookalike.match.verify.match_and_verify import Related, related, related_by_affine_views
from lookalike.match.verify.one_thread import one_thread
from lookalike.match.verify.planar import Planar
from lookalike.match.verify.refinement import aligned
from lookalike.pixels.resize import outline
from lookalike.protocols import Extractor, Mirroring
from lookalike.types import Box, Geometry, LocalFeatures, Matrix, Picture, Size

AGREES: Final = 0.65
"""Agreement of detail from which on two pictures are one: copies lie above, other photos of the same goods below."""
MAY_DIFFER: Final = 0.25
"""Share of the detail that may agree less."""
INEXACT: Final = 3e-3
"""Of the longer side: where half of the inliers are median_error by more, a camera was moved in between."""
EXACT: Final = 6e-4
"""Where they are median_error by less, none was, and half of the detail suffices: the rest may be covered, or bland."""
HALF_AGREES: Final = 0.6
"""Agreement of that half."""
FEW: Final = 10
"""Inliers, of which fewer have to be alike as well."""
ALIKE: Final = 0.95
"""Cosine of the rows of such, in the middle: two faces have eyes and mouths in the same places, and rows less alike."""
SLANT: Final = 0.03
"""Cosine of the angle between what were its upright edges: a copy is squeezed along them, not slanted."""

DEFAULT_EXTRACTOR: Extractor = Sift(side=320, max_keypoints=250, contrast=0.01)
"""Some 13 kB a picture where they are kept, 18.4 at most (docs/results/proof.md)."""
ASKED: Final = 500
"""Keypoints of a picture that is asked about: half of it may be a stranger's, or finer than what was kept."""


@dataclass(frozen=True)
class Evidence:
    """How b shows what a shows: `transform` takes px of a to px of b; `box` is where in b, `query_box` where in a.

    `strength` in [0, 1]: how far the detail of copies agrees, for scenes the share of matches that do.
    """

    relation: Literal["copy", "scene"]
    transform: tuple[tuple[float, float, float], ...]
    box: Box
    query_box: Box
    strength: float
    why: str


@dataclass(frozen=True)
class RelationClassifier:
    """Verifies by local features and one plane."""

    features: Extractor = DEFAULT_EXTRACTOR
    matcher: Nearest = field(default_factory=Nearest)
    verifier: Planar = field(default_factory=Planar)

    @property
    def min_side(self) -> int:
        """px that pictures should have."""
        return self.features.min_side

    def extract(self, picture: Picture) -> LocalFeatures:
        """What `geometry` compares."""
        return self.features.extract(picture)

    def ask(self, picture: Picture) -> LocalFeatures:
        """What is compared of a picture that is asked about: the same, and more of it."""
        return self.asking.extract(picture)

    @property
    def asking(self) -> Extractor:
        """The extractor of pictures that are asked about; its rows lie where those of `features` do."""
        limited = self.features
        if isinstance(limited, Limited):
            return replace(limited, max_keypoints=max(limited.max_keypoints, ASKED))
        return self.features

    def mirrored(self, of_a: LocalFeatures) -> LocalFeatures | None:
        """The same as its mirror image shows them, where the extractor knows."""
        return self.features.mirrored(of_a) if isinstance(self.features, Mirroring) else None

    def geometry(self, of_a: LocalFeatures, of_b: LocalFeatures) -> Geometry | None:
        """What explains what a and b have in common, None where that may be chance."""
        one_thread()
        found = related(of_a, of_b, self.matcher, self.verifier, self.mirrored(of_a))
        return found.geometry if self._is_distinct(found, of_b) else None

    def _is_distinct(self, found: Related, of_b: LocalFeatures) -> bool:
        """Whether there are many inliers, or those few are alike; asked of the features that this was measured on."""
        if found.geometry is None or found.geometry.inliers.sum() >= FEW or not isinstance(self.features, Sift):
            return True
        pairs = found.matches.pairs[found.geometry.inliers]
        return bool(np.median(similarities(found.a, of_b, pairs)) >= ALIKE)

    def geometry_by_affine_views(self, a: Picture, of_b: LocalFeatures) -> Geometry | None:
        """The same of a plane that one of the two shows at a steep slant: ten times the work."""
        one_thread()
        found = related_by_affine_views(affine_views(self.features, a), of_b, self.matcher, self.verifier)
        return found.geometry if found is not None and self._is_distinct(found, of_b) else None

    def evidence(
        self, found: Geometry, a: Picture, b: Picture | None, size_b: Size, *, exact: bool = False
    ) -> Evidence:
        """What kind of match it is. Without b, whose file may be gone, none is called a copy.

        A scene's transform is made `exact` by the pixels if asked for, at sixty times the cost; that of a copy is so
        already.
        """
        model = found.model / found.model[2, 2]
        detail = _copied_detail(found, model, a, b) if b is not None else None
        is_copy = detail is not None
        if exact and b is not None and not is_copy:
            model = aligned(a, b, model)
        return Evidence(
            "copy" if is_copy else "scene",
            tuple((float(row[0]), float(row[1]), float(row[2])) for row in model),
            _shown(model, a.size, size_b),
            _shown(np.linalg.inv(model), size_b, a.size),
            float(found.inliers.mean()) if detail is None else detail,
            _why(found, is_copy, model),
        )

    def relate(self, a: Picture, of_a: LocalFeatures, b: Picture) -> Evidence | None:
        """None where no geometry explains what the two have in common, a seen from aside included.

        More is looked at of b as well than a library keeps: either may be a small part of the other.
        """
        of_b = self.ask(b)
        found = self.geometry(of_a, of_b) or self.geometry_by_affine_views(a, of_b)
        return None if found is None else self.evidence(found, a, b, b.size, exact=True)


def _copied_detail(found: Geometry, model: Matrix, a: Picture, b: Picture) -> float | None:
    """How far the detail agrees, where it says that the two are one picture; None where not."""
    if found.median_error > INEXACT or not _is_edit(found, model):
        return None
    most, half = agreement(a, b, model, (MAY_DIFFER, 0.5))
    if most >= AGREES:
        return most
    return half if found.median_error <= EXACT and half >= HALF_AGREES else None


def _is_edit(found: Geometry, model: Matrix) -> bool:
    """Whether an editor makes such a map: scaled, squeezed, turned, mirrored, but not slanted.

    Nor in perspective: where chance explains a homography less than any affine map, a camera was moved.
    """
    linear = model[:2, :2]
    slant = min(abs(_cosine(linear[:, 0], linear[:, 1])), abs(_cosine(linear[0], linear[1])))
    return found.kind != "homography" and slant <= SLANT


def _shown(model: Matrix, size: Size, other: Size) -> Box:
    """The box about a picture of `size` in the other one, as far as it lies inside."""
    there = np.clip(_mapped(model, outline(size)) + 0.5, 0, other)
    (left, top), (right, bottom) = there.min(axis=0), there.max(axis=0)
    return float(left), float(top), float(right - left), float(bottom - top)


def _mapped(model: Matrix, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    lifted = np.column_stack([xy, np.ones(len(xy))]) @ model.T
    return np.asarray(lifted[:, :2] / lifted[:, 2:])


def _cosine(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))


def _why(found: Geometry, is_copy: bool, model: Matrix) -> str:
    """What the geometry is, in words."""
    places = f"{int(found.inliers.sum())} places agree"
    if not is_copy:
        return f"{places} on one view of the same thing"
    scale = 100 * float(np.sqrt(abs(np.linalg.det(model[:2, :2]))))
    across = -model[:2, 0] if found.mirrored else model[:2, 0]
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    parts = [f"at {scale:.0f} % of its size"]
    if found.mirrored:
        parts.append("mirrored")
    if abs(angle) >= 0.5:
        parts.append(f"turned by {abs(angle):.0f} degrees {'clockwise' if angle > 0 else 'counterclockwise'}")
    return f"the same picture, {', '.join(parts)}: {places}"
