"""A picture's features as a camera far to the side sees it: for scenes that both pictures show at a slant
[Morel & Yu, ASIFT: a new framework for fully affine invariant image comparison, SIAM J. Imaging Sciences 2009]."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.resize import outline, resize, scaled, scaling
from lookalike.protocols import Extractor
from lookalike.types import Keypoints, LocalFeatures, Matrix, Picture

TILTS: Final = (2.0, 4.0)
"""Times that the picture is squeezed: cameras 60 and 76 degrees from where the picture faces."""
STEP: Final = 100.0
"""Degrees between directions of squeezing, of a tilt of 1."""
BORDER: Final = 6.0
"""px of the squeezed picture: features nearer to its edge than that see what is beyond."""
CANVAS: Final = (2**24, 2**13)
"""px in all and along a side of the turned picture: a larger one is reduced before, and a long one takes its square."""
BEYOND: Final = (128, 128, 128)
"""RGB of what is beyond."""


@dataclass(frozen=True, eq=False)
class AffineView:
    """`seen` are features in px of the squeezed picture, to which `model` takes px of the picture as it is."""

    seen: LocalFeatures
    model: Matrix
    at: Keypoints
    """Their places in the picture as it is, without pose."""


def affine_views(extractor: Extractor, picture: Picture) -> Iterator[AffineView]:
    """Twelve views, the less tilted ones first."""
    picture = _bounded(picture)
    for tilt in TILTS:
        for angle in np.arange(0, 180, STEP / tilt):
            squeezed, model = _squeezed(picture, tilt, float(np.radians(angle)))
            features = extractor.extract(squeezed)
            places = _taken(np.linalg.inv(model), features.keypoints.xy)
            kept = _well_inside(places, model, picture.size)
            seen = features[kept]
            at = Keypoints(places[kept].astype(np.float32), seen.keypoints.scores, picture.size)
            yield AffineView(seen, model, at)


def _bounded(picture: Picture) -> Picture:
    """At a size at which it fits the canvas however it is turned: within a square about its diagonal."""
    height, width = picture.pixels.shape[:2]
    area, side = CANVAS
    # Turned, it takes at most (w + h)^2 / 2 px, and its diagonal along a side.
    factor = min((2 * area) ** 0.5 / (width + height), side / np.hypot(width, height))
    if factor >= 1:
        return picture
    size = (max(1, int(width * factor)), max(1, int(height * factor)))
    return Picture(resize(picture.pixels, size), picture.size)


def _squeezed(picture: Picture, tilt: float, angle: float) -> tuple[Picture, Matrix]:
    """Turned by the angle, then 1 / tilt as wide; and the affine map to it from px of the original."""
    height, width = picture.pixels.shape[:2]
    turn: Matrix = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    corners = _taken(turn, outline((width, height)))
    across, down = np.ceil(np.ptp(corners, axis=0)).astype(int)
    turn[:2, 2] = -corners.min(axis=0) - 0.5
    turned = cv2.warpAffine(picture.pixels, turn[:2], (int(across), int(down)), borderValue=BEYOND)
    narrow = max(1, round(across / tilt))
    pixels = np.ascontiguousarray(cv2.resize(turned, (narrow, int(down)), interpolation=cv2.INTER_AREA))
    model = scaled(narrow / across, 1) @ turn @ scaling((width, height), picture.size)
    return Picture(pixels, (narrow, int(down))), model


def _well_inside(places: NDArray[np.float64], model: Matrix, size: tuple[int, int]) -> NDArray[np.bool_]:
    """(k,) whether each is `BORDER` px of the squeezed picture from the edges of the picture."""
    # A px of the squeezed picture is so many of the original along x and y.
    reach = BORDER * np.linalg.norm(np.linalg.inv(model)[:2, :2], axis=1)
    return np.asarray(((places >= reach) & (places <= np.array(size) - 1 - reach)).all(axis=1))


def _taken(model: NDArray[np.floating], xy: NDArray[np.floating]) -> NDArray[np.float64]:
    """By an affine map."""
    return np.asarray(xy @ model[:2, :2].T + model[:2, 2], np.float64)
