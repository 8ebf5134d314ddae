"""A plane's model made more exact by the pixels: corners of a, laid over b, are followed to where b has them
[Lucas & Kanade, An iterative image registration technique, IJCAI 1981; Shi & Tomasi, Good features to track, 1994]."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.overlay import laid_over, size_at
from lookalike.match.verify.projection import project
from lookalike.pixels.resize import outline, scaling
from lookalike.types import Matrix, Picture, Size

SIDE: Final = 800
"""px of the longer side of b, the most."""
ROUNDS: Final = 3
CORNERS: Final = 500
APART: Final = 6
"""px between corners."""
WINDOW: Final = 21
"""px about a corner that are followed."""
LEVELS: Final = 2
"""Halvings of the pictures: how far a corner may be from where it is sought."""
ASTRAY: Final = 0.5
"""px: corners that are followed to b and back, and come out farther from where they were, do not count."""
TOLERANCE: Final = 1.5
"""px that what is followed may lie from the model."""
LEAST: Final = 12
"""Corners that a model rests on."""
AGREE: Final = 0.3
"""Share of them that must lie on it."""
Points = NDArray[np.float32]
"""(n, 2)"""


def aligned(a: Picture, b: Picture, model: Matrix) -> Matrix:
    """`model` (px of a to px of b), or one under which the pictures agree better; its last number is 1."""
    side = min(SIDE, max(b.pixels.shape[:2]))
    reducing = scaling(size_at(b.size, side), b.size)
    best: Matrix = model / model[2, 2]
    fitted = best
    greatest = -1.0
    for number in range(ROUNDS + 1):
        laid, under, both = laid_over(a, b, fitted, side)
        correlation = _correlation(laid, under, both)
        if correlation > greatest:
            best, greatest = fitted, correlation
        shift = _shift(laid, under, both) if number < ROUNDS else None
        if shift is None:
            break
        moved = np.linalg.inv(reducing) @ shift @ reducing @ fitted
        if not _is_sound(moved, a.size):
            break
        fitted = moved / moved[2, 2]
    return best


def _is_sound(model: Matrix, size: Size) -> bool:
    """Whether it takes every corner of a picture of that size to a finite place, and can be undone."""
    finite = bool(np.isfinite(model).all()) and bool((project(model, outline(size)) < 1e8).all())
    return finite and abs(float(np.linalg.det(model))) > 1e-12 * abs(float(model[2, 2])) ** 3


def _correlation(laid: NDArray[np.uint8], under: NDArray[np.uint8], both: NDArray[np.bool_]) -> float:
    """Correlation of the light where both are; -1 where there is nothing to tell by."""
    if both.sum() < LEAST:
        return -1.0
    mask = both.astype(np.uint8)
    means, spreads = cv2.meanStdDev(cv2.merge([laid, under]), mask=mask)
    product = cv2.mean(cv2.multiply(laid, under, dtype=cv2.CV_32F), mask)[0]
    spread = float(spreads.prod())
    return -1.0 if spread < 1e-9 else (product - float(means.prod())) / spread


def _shift(laid: NDArray[np.uint8], under: NDArray[np.uint8], both: NDArray[np.bool_]) -> Matrix | None:
    """The homography from where a's corners are laid to where they are; None where too few can be followed."""
    mask = cv2.erode(both.astype(np.uint8), np.ones((9, 9), np.uint8))
    corners = cv2.goodFeaturesToTrack(laid, CORNERS, 0.01, APART, mask=mask)
    if corners is None or len(corners) < LEAST:
        return None
    there, seen = _followed(laid, under, corners)
    back, seen_again = _followed(under, laid, there)
    sure = seen & seen_again & (np.linalg.norm(back - corners, axis=2)[:, 0] < ASTRAY)
    if sure.sum() < LEAST:
        return None
    found, inside = cv2.findHomography(corners[sure], there[sure], cv2.USAC_MAGSAC, TOLERANCE, maxIters=2000)
    if found is None or inside.sum() < max(LEAST, AGREE * sure.sum()):
        return None
    return np.asarray(found, np.float64)


def _followed(from_: NDArray[np.uint8], to: NDArray[np.uint8], places: Points) -> tuple[Points, NDArray[np.bool_]]:
    """Where they are in the other plane, and whether they were found."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(from_, to, places, None, winSize=(WINDOW, WINDOW), maxLevel=LEVELS)
    return there, found.ravel() > 0
