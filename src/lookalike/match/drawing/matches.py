"""Matches as a picture: both side by side, keypoints, lines by whether they agree, the outline of a in b."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import GAP, drawn, fit, side_by_side
from lookalike.match.verify.match_and_verify import Related
from lookalike.match.verify.projection import facing, warped_outline
from lookalike.pixels.resize import outline
from lookalike.types import LocalFeatures, Matrix, Picture, Pixels, Size

SIDE: Final = 640
"""px of the longer side of each picture."""
AGREES: Final = (0, 170, 60)
"""RGB."""
DISAGREES: Final = (205, 60, 50)
OUTLINE: Final = (255, 190, 0)
POINT: Final = (40, 110, 220)
MOST: Final = 120
"""Lines of either colour, the best: more are a blot."""
Places = NDArray[np.float64]


def draw(a: Picture, b: Picture, features_a: LocalFeatures, features_b: LocalFeatures, found: Related) -> Pixels:
    """(h, w, 3); lines that agree lie above those that do not."""
    sheet, places_a, places_b = beside(a, b, features_a, features_b)
    ends_a, ends_b = places_a[found.matches.pairs[:, 0]], places_b[found.matches.pairs[:, 1]]
    geometry = found.geometry
    agrees = np.zeros(len(found.matches), np.bool_) if geometry is None else geometry.inliers
    for colour, rows in ((DISAGREES, ~agrees), (AGREES, agrees)):
        for p, q in zip(ends_a[rows][:MOST], ends_b[rows][:MOST], strict=True):
            cv2.line(sheet, whole(p), whole(q), colour, 1, cv2.LINE_AA)
    if geometry is not None and geometry.kind != "fundamental":
        _, (left, top) = _corners(a.size, b.size)
        edge = _shown(drawn_outline(geometry.model, a.size, b.size), b.size) + np.array([0, top])
        right = sheet[:, left:]  # what lies beyond b is no part of it
        cv2.polylines(right, [np.rint(edge).astype(np.int32)], True, OUTLINE, 2, cv2.LINE_AA)
    return sheet


def beside(
    a: Picture, b: Picture, features_a: LocalFeatures, features_b: LocalFeatures
) -> tuple[Pixels, Places, Places]:
    """Both side by side with their keypoints, and where on the sheet these lie."""
    sheet = side_by_side([_dotted(a, features_a), _dotted(b, features_b)])
    corner_a, corner_b = _corners(a.size, b.size)
    return (
        sheet,
        _shown(features_a.keypoints.xy, a.size) + corner_a,
        _shown(features_b.keypoints.xy, b.size) + corner_b,
    )


def whole(place: NDArray[np.floating]) -> tuple[int, int]:
    """As OpenCV wants it."""
    return round(float(place[0])), round(float(place[1]))


def _corners(a: Size, b: Size) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where on the sheet the upper left corner of either picture lies."""
    (width, height), (_, other) = fit(a, SIDE), fit(b, SIDE)
    most = max(height, other)
    return (0, (most - height) // 2), (width + GAP, (most - other) // 2)


def drawn_outline(model: Matrix, size: Size, other: Size) -> Places:
    """(n, 2) where `model` takes the outline of a picture of `size`, cut off well outside of the other one."""
    width, height = other
    around = (-width, -height, 3 * width, 3 * height)
    return warped_outline(facing(model, outline(size)), size, around)


def _dotted(picture: Picture, features: LocalFeatures) -> Pixels:
    shown = drawn(picture.pixels, fit(picture.size, SIDE)).copy()
    for place in _shown(features.keypoints.xy, picture.size):
        cv2.circle(shown, whole(place), 2, POINT, -1, cv2.LINE_AA)
    return shown


def _shown(xy: NDArray[np.floating], size: Size) -> Places:
    """Places in px of the picture as it is drawn."""
    return np.asarray((xy + 0.5) * (np.array(fit(size, SIDE)) / size) - 0.5, np.float64)
