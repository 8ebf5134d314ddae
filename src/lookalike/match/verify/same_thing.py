"""Whether two photos that share a view show one thing, or two things before one ground.

A hand, a shelf or the sign of a maker agree on the photos of other goods as well. What tells them apart is how much of
the middle of both pictures agrees, how far the agreeing places spread, and whether light and colour agree there too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.match_and_verify import Agreement
from lookalike.pixels.resize import resize, scaling
from lookalike.types import Keypoints, Matrix, Picture, Pixels, Size

MIDDLE: Final = 0.25
"""Share of a side from the middle of a picture, at which a keypoint counts 1 / e of one in the middle."""
FLOOR: Final = 0.02
"""Share from which on shares are told apart."""
SIDE: Final = 160
"""px of the longer side of what is compared: noise and small shifts are averaged away."""
BLUR: Final = 5
"""px of the window that averages."""
FEWEST: Final = 20
"""px within which light and colour are compared, the least."""
COLOURLESS: Final = 30.0
"""Difference of colour where too little is seen of it."""
BY_PLACES: Final = (11.8, 1.48, 0.49)
"""Intercept, and what `central` and `extent` count where no px are seen."""
BY_LOOKS: Final = (10.88, 1.25, 0.86, 3.51, -0.16)
"""Intercept, and what `central`, `extent`, `light` and `colour` count."""


@dataclass(frozen=True)
class Shared:
    """Two pictures' common ground. `central` and `extent` are logarithms, summed over both pictures.

    `central`: of the share of keypoints that agree, those in the middle counting most. `extent`: of the share of the
    picture that lies between those that agree. Between them, `light` is the correlation of lightness and `colour` the
    mean difference of a and b of CIELAB in levels out of 255; None where no px are seen.
    """

    central: float
    extent: float
    light: float | None = None
    colour: float | None = None

    @property
    def probability(self) -> float:
        """Probability that both show one thing, by logistic models of photos of goods (`benchmarks/scenes.py`)."""
        if self.light is None or self.colour is None:
            return _logistic(BY_PLACES, (1.0, self.central, self.extent))
        return _logistic(BY_LOOKS, (1.0, self.central, self.extent, self.light, self.colour))


def shared(found: Agreement) -> Shared:
    """Common ground of two pictures that geometry aligns, by the places that agree alone."""
    ends = (found.a.keypoints, found.rows[:, 0]), (found.b.keypoints, found.rows[:, 1])
    return Shared(
        central=sum(math.log(FLOOR + _central(keypoints, rows)) for keypoints, rows in ends),
        extent=sum(math.log(FLOOR + _extent(keypoints.xy[rows], keypoints.size)) for keypoints, rows in ends),
    )


def shared_by_looks(found: Agreement, model: Matrix, a: Picture, b: Picture) -> Shared:
    """As `shared`, and by the px of both; `model` takes px of a to px of b and faces a."""
    light, colour = _looks(found.a.keypoints.xy[found.rows[:, 0]], model, a, b)
    return replace(shared(found), light=light, colour=colour)


def _logistic(weights: Sequence[float], values: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-sum(weight * value for weight, value in zip(weights, values, strict=True))))


def _central(keypoints: Keypoints, rows: NDArray[np.int64]) -> float:
    """Share of the keypoints that `rows` are, weighted by how near the middle they lie."""
    off = ((keypoints.xy + 0.5) / np.array(keypoints.size) - 0.5) / MIDDLE
    weights = np.exp(-(off * off).sum(axis=1))
    return float(weights[rows].sum() / max(float(weights.sum()), 1e-9))


def _extent(xy: NDArray[np.floating], size: Size) -> float:
    """Share of a picture of `size` within the convex hull of (n, 2) places."""
    if len(xy) < 3:
        return 0.0
    return float(cv2.contourArea(cv2.convexHull(xy.astype(np.float32)))) / (size[0] * size[1])


def _looks(places: NDArray[np.floating], model: Matrix, a: Picture, b: Picture) -> tuple[float, float]:
    """Agreement of light and difference of colour within the convex hull of `places`, px of a."""
    small_a, small_b = _small(a), _small(b)
    size_a, size_b = ((each.shape[1], each.shape[0]) for each in (small_a, small_b))
    inwards = scaling(size_a, a.size)
    between = scaling(size_b, b.size) @ model @ np.linalg.inv(inwards)
    hull = np.zeros(size_a[::-1], np.uint8)
    corners = cv2.convexHull((places @ inwards[:2, :2].T + inwards[:2, 2]).astype(np.int32))
    cv2.fillConvexPoly(hull, corners, 1)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(small_b, between, size_a, flags=flags)
    there = cv2.warpPerspective(np.ones(small_b.shape[:2], np.uint8), between, size_a, flags=flags)
    within = (hull & there) > 0
    if within.sum() < FEWEST:
        return 0.0, COLOURLESS
    ours, theirs = _lab(small_a)[within], _lab(laid)[within]  # (n, 3)
    colour = float(np.hypot(*(ours - theirs)[:, 1:].T).mean())
    return _correlation(ours[:, 0], theirs[:, 0]), colour


def _small(picture: Picture) -> Pixels:
    return picture.plane(("same thing", SIDE), _reduced)


def _reduced(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    factor = SIDE / max(height, width)
    return resize(pixels, (max(1, round(width * factor)), max(1, round(height * factor))))


def _lab(pixels: Pixels) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB).astype(np.float32), (BLUR, BLUR)), np.float32)


def _correlation(x: NDArray[np.float32], y: NDArray[np.float32]) -> float:
    """0 where one of the two is even."""
    return float(np.corrcoef(x, y)[0, 1]) if x.std() > 1 and y.std() > 1 else 0.0
