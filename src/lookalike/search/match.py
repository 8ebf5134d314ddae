"""Two pictures, matched place by place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from lookalike.errors import BadSetting
from lookalike.local import EXTRACTORS
from lookalike.local.affine_views import affine_views
from lookalike.local.views import views
from lookalike.match import MATCHERS
from lookalike.match.drawing.matches import draw
from lookalike.match.verify.match_and_verify import Related, related_by_affine_views, related_in_a_view
from lookalike.match.verify.planar import Planar
from lookalike.match.verify.refinement import aligned
from lookalike.pixels.limits import Limits
from lookalike.pixels.png import png
from lookalike.protocols import Matcher, Specialised
from lookalike.search.atomic import write_atomically
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.source import Sample, Source, sample
from lookalike.types import LocalFeatures, Picture, Pixels

EXACT: Final = 6e-4
"""Share of the longer side: where the median error of the inliers is less, no camera was moved in between."""


@dataclass(frozen=True, eq=False)
class Matched:
    """The features of two pictures, which of them belong together, and the geometry that explains it."""

    pictures: tuple[Picture, Picture]
    features: tuple[LocalFeatures, LocalFeatures]
    found: Related

    def drawing(self) -> Pixels:
        """(h, w, 3): both pictures side by side, with lines between what belongs together."""
        return draw(*self.pictures, *self.features, self.found)

    def save_drawing(self, path: str | os.PathLike[str]) -> Path:
        """Writes `drawing()` to `path` as PNG, whole or not at all."""
        return write_atomically(Path(path), png(self.drawing()))


def match(
    a: Source,
    b: Source,
    *,
    local: str = "sift",
    matcher: str = "nearest",
    local_settings: Mapping[str, object] | None = None,
    matcher_settings: Mapping[str, object] | None = None,
    limits: Limits = Limits(),
) -> Matched:
    """Features of `a` and `b`, their matches and their geometry, by the extractor and the matcher of those names.

    Where upright finds nothing, `a` is mirrored too, and, where rows do not turn with the picture, turned by quarters;
    then seen from aside. The transform, (3, 3) from px of `a` to px of `b`, is made exact by the pixels; there is none
    where what agrees may be chance. Raises `BadPicture` and `BadQuery` for what is no picture, `UnknownName` and
    `BadSetting` for names and fields, `WeightsError` where a network's weights are not here.
    """
    extractor = EXTRACTORS.make(local, local_settings)
    chosen = _suited(MATCHERS.make(matcher, matcher_settings), local, matcher_settings or {})
    decoder = PictureDecoder(limits)
    try:
        samples: tuple[Sample, ...] = tuple(sample(source, decode=decoder.decode) for source in (a, b))
        first, second = (one.picture(extractor.min_side) for one in samples)
    finally:
        decoder.close()
    of_first, of_second = extractor.extract(first), extractor.extract(second)
    verifier = Planar()
    found = related_in_a_view(views(extractor, first, of_first), of_second, chosen, verifier)
    if found.geometry is None:
        found = related_by_affine_views(affine_views(extractor, first), of_second, chosen, verifier) or found
    return Matched((first, second), (found.a, of_second), _exact(found, first, second))


def _exact(found: Related, a: Picture, b: Picture) -> Related:
    """With a homography that the pixels of both agree on better; what is as exact as an edited copy stays as it is."""
    if found.geometry is None or (found.geometry.kind != "homography" and found.geometry.median_error <= EXACT):
        return found
    before = found.geometry.model / found.geometry.model[2, 2]
    model = aligned(a, b, before)
    kind = found.geometry.kind if np.array_equal(model, before) else "homography"
    return replace(found, geometry=replace(found.geometry, model=model, kind=kind))


def _suited(matcher: Matcher, local: str, settings: Mapping[str, object]) -> Matcher:
    """With the weights for these features; raises `BadSetting` where there are none, or others are asked for."""
    if not isinstance(matcher, Specialised):
        return matcher
    suited = matcher.for_features(local)
    if "features" in settings and suited != matcher:
        raise BadSetting(f"features of {local} need the weights for {local}; leave out features={settings['features']}")
    return suited
