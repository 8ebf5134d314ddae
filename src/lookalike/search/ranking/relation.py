"""Relation of two pictures that share local features: geometry aligns them, and their pixels tell the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np

from lookalike.errors import BadPicture
from lookalike.figures import about, counted
from lookalike.local.affine_views import affine_views
from lookalike.local.limited import Limited
from lookalike.local.sift import Sift
from lookalike.match.difference.comparison import Comparison, affine, compare_closely, glance_at
from lookalike.match.difference.coverage import shared_outline
from lookalike.match.difference.overlap import inverse
from lookalike.match.difference.sequence import FramesAt, first_differing
from lookalike.match.difference.small import compare_whole, one_shape
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.guided_matching import similarities
from lookalike.match.verify.match_and_verify import (
    Agreement,
    Related,
    related,
    related_by_affine_views,
    related_one_way,
)
from lookalike.match.verify.one_thread import one_thread
from lookalike.match.verify.planar import Planar
from lookalike.match.verify.projection import facing, project, warped_outline, whole
from lookalike.match.verify.refinement import aligned
from lookalike.match.verify.same_thing import Shared, shared, shared_by_looks
from lookalike.pixels.resize import outline
from lookalike.protocols import Extractor, Matcher, Mirroring
from lookalike.search.components import DEFAULT_EXTRACTOR
from lookalike.types import Box, Difference, LocalFeatures, Matrix, Picture, Relation, Size

FEW: Final = 10
"""Inliers, of which fewer have to be alike as well."""
ALIKE: Final = 0.95
"""Cosine of the rows of such, in the middle: two faces have eyes and mouths in the same places, and rows less alike."""
PERSPECTIVE: Final = 0.01
"""Share of the longer side, by which the corners of what both show may lie off an affine map."""
KINDS: Final = {
    "laid on a": "laid on the query",
    "laid on b": "laid on the hit",
    "ground of a": "ground of the query",
    "ground of b": "ground of the hit",
}
SURE: Final = 0.9
"""Probability that two photos that share a view show one thing, from which on they are told as a scene."""
PERHAPS: Final = "perhaps on what is around it alone"
"""Words about places that agree where that is no proof of one thing."""
HARDLY_ANY: Final = 40
"""Keypoints, with fewer of which a picture has no geometry to speak of: it is compared as a whole."""

ASKED: Final = 500
"""Keypoints of a picture that is asked about: half of it may be a stranger's, or finer than what was kept."""


def _no_frames(_: Sequence[int]) -> Sequence[Picture]:
    raise BadPicture("unsupported", "a picture alone has no further frames")


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture that can be looked at: `see` takes px that its shorter side should have, None for all px there are.

    `size` (w, h) px is that of the original. `frames` takes numbers, from 0, of further frames or pages. Both raise
    `BadPicture` where the file is gone or is not as it was.
    """

    see: Callable[[int | None], Picture]
    size: Size
    frames: FramesAt = _no_frames

    @classmethod
    def of(cls, picture: Picture) -> Seen:
        """A picture whose px are all there are."""
        return cls(lambda _: picture, picture.size)


_Model: TypeAlias = tuple[tuple[float, float, float], ...]


@dataclass(frozen=True)
class Evidence:
    """How b shows what a shows: `transform` takes px of a to px of b; `box` is where in b, `query_box` where in a.

    Where they are `similar` alone, some places agree, and it is not proved that both show one thing. `strength` in
    [0, 1] is the share of the detail that agrees; of scenes and similar ones, the probability that they do. `coverage`
    are the shares of a that b shows, and of b that a shows. `edits` and `differs` are None where no px were compared.
    """

    relation: Relation
    transform: _Model
    box: Box
    query_box: Box
    strength: float
    why: str
    coverage: tuple[float, float]
    edits: tuple[str, ...] | None = None
    differs: tuple[Difference, ...] | None = None

    @property
    def is_proof(self) -> bool:
        """Whether it says more than that some places agree."""
        return self.relation != "similar"


@dataclass(frozen=True)
class RelationClassifier:
    """Verifies by local features, one plane, and the pixels laid over each other."""

    features: Extractor = DEFAULT_EXTRACTOR
    matcher: Matcher = field(default_factory=Nearest)
    verifier: Planar = field(default_factory=Planar)

    @property
    def min_side(self) -> int:
        """px that pictures should have."""
        return self.features.min_side

    def extract(self, picture: Picture) -> LocalFeatures:
        """Features that `geometry` compares."""
        return self.features.extract(picture)

    def ask(self, picture: Picture) -> LocalFeatures:
        """Features of a picture that is asked about: as of `extract`, and more of them."""
        return self.asking.extract(picture)

    @property
    def asking(self) -> Extractor:
        """The extractor of pictures that are asked about; its rows lie where those of `features` do."""
        limited = self.features
        if isinstance(limited, Limited):
            return replace(limited, max_keypoints=max(limited.max_keypoints, ASKED))
        return self.features

    def mirrored(self, of_a: LocalFeatures) -> LocalFeatures | None:
        """Features as the mirror image shows them, where the extractor knows."""
        return None if self._mirroring is None else self._mirroring.mirrored(of_a)

    @cached_property
    def _mirroring(self) -> Mirroring | None:
        return self.features if isinstance(self.features, Mirroring) else None

    def agreement(self, of_a: LocalFeatures, of_b: LocalFeatures, *, mirrored: bool = True) -> Agreement | None:
        """Geometry that explains what a and b have in common, None where that may be chance.

        With `mirrored`, b may show a's mirror image.
        """
        one_thread()
        turned = self.mirrored(of_a) if mirrored else None
        return self._distinct(related(of_a, of_b, self.matcher, self.verifier, turned), of_b)

    def mirrored_agreement(self, of_a: LocalFeatures, of_b: LocalFeatures) -> Agreement | None:
        """Geometry that explains what the mirror image of a and b have in common, None where that may be chance."""
        mirrored = self.mirrored(of_a)
        if mirrored is None:
            return None
        one_thread()
        return self._distinct(related_one_way(mirrored, of_b, self.matcher, self.verifier, mirrored=True), of_b)

    def agreement_by_affine_views(self, a: Picture, of_b: LocalFeatures) -> Agreement | None:
        """Geometry of a plane that one of the two shows at a steep slant: ten times the work."""
        one_thread()
        found = related_by_affine_views(affine_views(self.features, a), of_b, self.matcher, self.verifier)
        return None if found is None else self._distinct(found, of_b)

    def _distinct(self, found: Related, of_b: LocalFeatures) -> Agreement | None:
        """None where there are few inliers and those are not alike; asked of the features that this was measured on."""
        if found.geometry is None:
            return None
        agreement = Agreement(found.a, of_b, found.matches, found.geometry)
        if len(agreement.rows) >= FEW or not isinstance(self.features, Sift):
            return agreement
        return agreement if np.median(similarities(found.a, of_b, agreement.rows)) >= ALIKE else None

    def prove(
        self, a: Seen, of_a: LocalFeatures, b: Seen, of_b: LocalFeatures, *, mirrored: bool = True
    ) -> Evidence | None:
        """Evidence proposed by local features and proved by pixels; None where nothing explains what both share."""
        return self.proof(self.agreement(of_a, of_b, mirrored=mirrored), a, of_a, b, of_b)

    def proof(
        self, agreement: Agreement | None, a: Seen, of_a: LocalFeatures, b: Seen, of_b: LocalFeatures
    ) -> Evidence | None:
        """Evidence that pixels give of an `agreement` that features propose.

        Where they do not bear out an upright one, a mirrored one is tried, since symmetric pictures have both; then,
        where shapes allow that one is the other at another size, both as wholes.
        """
        found = None if agreement is None else self.evidence(agreement, a, b)
        if found is not None and found.relation in ("copy", "part"):
            return found
        if agreement is not None and not agreement.geometry.mirrored:
            mirrored = self.mirrored_agreement(of_a, of_b)
            turned = None if mirrored is None else self.evidence(mirrored, a, b)
            if turned is not None and turned.relation in ("copy", "part"):
                return turned
        if found is not None and found.relation == "variant":
            return found
        if agreement is not None or min(len(of_a), len(of_b)) < HARDLY_ANY:
            return self.whole(a, b) or found
        return None

    def evidence(self, found: Agreement, a: Seen, b: Seen, *, exact: bool = False) -> Evidence:
        """Evidence on a and b by `found` and by the pixels.

        Where the file of one is gone, nothing stronger than a scene is told. A scene's transform is refined on the
        pixels where an `exact` one is asked for, at sixty times the cost; that of a copy is so already.
        """
        model = _facing(found, a)
        try:
            compared = self.compared(model, a, b)
        except BadPicture:  # gone or changed since it was indexed
            compared = None
        if compared is not None and compared.verdict is not None:
            return self._proof(compared, a, b, f"{len(found.rows)} places agree")
        return self.view(found, a, b, exact=exact)

    def view(self, found: Agreement, a: Seen, b: Seen, *, exact: bool = False) -> Evidence:
        """Evidence that a and b show one thing, by the places of `found`, and light and colour between them."""
        model, sizes = _facing(found, a), (a.size, b.size)
        try:
            seen = a.see(self.min_side), b.see(self.min_side)
        except BadPicture:  # gone or changed since it was indexed
            return _scene(shared(found), found, model, sizes)
        told = shared_by_looks(found, model, *seen)
        return _scene(told, found, facing(aligned(*seen, model), outline(a.size)) if exact else model, sizes)

    def compared(self, model: Matrix, a: Seen, b: Seen) -> Comparison | None:
        """The pixels of a and b laid over each other by `model`: at a glance, then all px that both have."""
        if _in_perspective(model, a.size, b.size):
            return None
        small_a, small_b = a.see(self.min_side), b.see(self.min_side)
        glance = glance_at(small_a, small_b, model)
        if glance is None or glance.is_hopeless:
            return None
        return compare_closely(a.see(None), b.see(None), glance)

    def whole(self, a: Seen, b: Seen) -> Evidence | None:
        """Evidence by the pixels of two pictures laid over each other as wholes; None where they say nothing."""
        if not one_shape(a.size, b.size):
            return None
        try:
            compared = compare_whole(a.see(None), b.see(None))
        except BadPicture:  # gone or changed since it was indexed
            return None
        if compared is None or compared.verdict is None:
            return None
        return self._proof(compared, a, b, f"{compared.windows} windows of detail agree")

    def _proof(self, compared: Comparison, a: Seen, b: Seen, places: str) -> Evidence:
        """Evidence of the pixels, in all frames of animations and documents."""
        told = _proof(compared, (a.size, b.size), places)
        if told.relation not in ("copy", "part"):
            return told
        main = a.see(self.min_side), b.see(self.min_side)
        counts = main[0].frames, main[1].frames
        if counts[0] != counts[1]:
            return _of_longer(told, *counts)
        if counts == (1, 1):
            return told
        try:
            differing = first_differing(a.frames, b.frames, main, compared)
        except BadPicture:  # gone, or one frame is damaged
            return replace(told, relation="part", why=f"{told.why}; not all frames could be compared")
        return told if differing is None else _of_other_frames(told, differing, main)

    def relate(self, a: Seen, of_a: LocalFeatures, b: Seen) -> Evidence | None:
        """Evidence of two pictures at hand; None where nothing explains what the two have in common.

        A seen from aside counts. More is looked at of b than a library keeps: either may be a small part of the other.
        """
        of_b = self.ask(b.see(self.min_side))
        found = self.prove(a, of_a, b, of_b)
        if found is not None and found.relation != "scene":
            return found
        agreement = self.agreement(of_a, of_b) or self.agreement_by_affine_views(a.see(self.min_side), of_b)
        return None if agreement is None else self.evidence(agreement, a, b, exact=True)


def _facing(found: Agreement, a: Seen) -> Matrix:
    """The transform of `found`, from px of a that lie before it."""
    model = found.geometry.model
    return facing(model / model[2, 2], outline(a.size))


def _in_perspective(model: Matrix, a: Size, b: Size) -> bool:
    """Whether `model` bends what both show as only a moved camera does: no affine map is near."""
    corners = shared_outline(model, a, b)
    if not len(corners):
        return False
    back = project(inverse(model), corners)
    return bool(np.abs(project(affine(model, a, b), back) - corners).max() > PERSPECTIVE * max(b))


def _proof(compared: Comparison, sizes: tuple[Size, Size], places: str) -> Evidence:
    """Evidence that the pixels prove."""
    assert compared.verdict is not None
    differs = tuple(
        Difference(each.box_a, each.box_b, each.share, KINDS.get(each.kind, each.kind)) for each in compared.differs
    )
    return Evidence(
        compared.verdict,
        _rows(compared.model),
        shown_in(compared.model, *sizes),
        shown_in(inverse(compared.model), *sizes[::-1]),
        compared.agreement,
        f"{_told(compared)}: {places}",
        compared.coverage,
        compared.edits,
        differs,
    )


def _of_longer(told: Evidence, of_a: int, of_b: int) -> Evidence:
    """Evidence of a picture and an animation, or of two of other lengths: they share some frames."""
    covers_a, covers_b = told.coverage
    coverage = covers_a * min(1, of_b / of_a), covers_b * min(1, of_a / of_b)
    why = f"{told.why}; {counted(of_a, 'frame')} of the query, {counted(of_b, 'frame')} of this picture"
    return replace(told, relation="part", coverage=coverage, why=why)


def _of_other_frames(told: Evidence, number: int, main: tuple[Picture, Picture]) -> Evidence:
    """Evidence of two that are alike in some frames, and not in that of this number."""
    box_a, box_b = ((0.0, 0.0, float(each.size[0]), float(each.size[1])) for each in main)
    other = Difference(box_a, box_b, 1.0, "content")
    why = f"one make-up, other content: differs in frame {number + 1} of {main[0].frames}"
    return replace(told, relation="variant", differs=(*(told.differs or ()), other), why=why)


def _scene(told: Shared, found: Agreement, model: Matrix, sizes: tuple[Size, Size]) -> Evidence:
    """Evidence of geometry: a scene where it is about the thing, and not about what is around it."""
    places = f"{len(found.rows)} places agree"
    box, query_box = shown_in(model, *sizes), shown_in(inverse(model), *sizes[::-1])
    coverage = tuple(each[2] * each[3] / (w * h) for each, (w, h) in zip((query_box, box), sizes, strict=True))
    is_thing = told.probability >= SURE
    return Evidence(
        "scene" if is_thing else "similar",
        _rows(model),
        box,
        query_box,
        told.probability,
        f"{places} on one view of the same thing" if is_thing else f"{places}, {PERHAPS}",
        (coverage[0], coverage[1]),
    )


def _told(compared: Comparison) -> str:
    """Relation, edits and how much differs, in words."""
    edited = f", {', '.join(compared.edits)}" if compared.edits else ""
    differing = [each for each in compared.differs if not each.kind.startswith("ground")]
    share = sum(each.share for each in differing)
    differs = f"differs in {counted(len(differing), 'place')}, {about(share)} of what both show" if differing else ""
    if compared.verdict == "variant":
        return f"one make-up, other content: {differs or 'too small to say where'}"
    edited += f"; {differs}" if differs else ""
    if compared.verdict == "part":
        of_a, of_b = compared.coverage
        return f"{about(of_a)} of the query is {about(of_b)} of this picture{edited}"
    return f"the same picture{edited}"


def shown_in(model: Matrix, size: Size, other: Size) -> Box:
    """The box about what the other picture shows of one of `size`; all 0 where that is nothing. `model` faces it."""
    there = warped_outline(model, size, whole(other)) + 0.5
    if not len(there):
        return 0.0, 0.0, 0.0, 0.0
    (left, top), (right, bottom) = there.min(axis=0), there.max(axis=0)
    return float(left), float(top), float(right - left), float(bottom - top)


def _rows(model: Matrix) -> _Model:
    return tuple((float(row[0]), float(row[1]), float(row[2])) for row in model / model[2, 2])
