"""A map between two pictures made exact by the pixels: corners are followed from one to the other, and a map is fitted
to where they are found [Lucas & Kanade, IJCAI 1981; Shi & Tomasi, Good features to track, CVPR 1994]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.order_statistics import median
from lookalike.match.difference.overlap import Mask, Overlap
from lookalike.types import Matrix, Pixels

CORNERS: Final = 200
WINDOW: Final = 15
"""px about a corner that are followed."""
LOCAL: Final = 31
"""px of the neighbourhood whose light and contrast do not count."""
ASTRAY: Final = 0.4
"""px: corners that are followed there and back, and come out farther from where they were, do not count."""
TOLERANCE: Final = 0.8
"""px that what is followed may lie from the map."""
LEAST: Final = 8
"""Corners that an affine map rests on."""
AGREE: Final = 0.3
"""Share of them that must lie on it."""


@dataclass(frozen=True, eq=False)
class Fit:
    """`moved` takes px of the grid as a is laid to where b has them; `exact` is the share of corners that agree;
    `scatter` by how many px these are off, in the median."""

    moved: Matrix
    exact: float
    scatter: float


def closer(found: Overlap, levels: int) -> Fit | None:
    """The affine map that is left between the two; None where too few corners can be followed.

    `levels` halvings of the grid say how far apart the two may be.
    """
    laid, under = normal(found.a, found.both), normal(found.b, found.both)
    mask = cv2.erode(found.both.astype(np.uint8), np.ones((7, 7), np.uint8))
    apart = max(4.0, 0.6 * float(np.sqrt(found.both.sum() / CORNERS)))
    corners = cv2.goodFeaturesToTrack(laid, CORNERS, 0.02, apart, mask=mask)
    if corners is None or len(corners) < LEAST:
        return None
    there, seen = _followed(laid, under, corners, levels)
    if seen.sum() < LEAST:
        return None
    start, end = corners[seen], there[seen]
    back, seen_again = _followed(under, laid, end, levels)
    sure = seen_again & (np.linalg.norm(back - start, axis=2)[:, 0] < ASTRAY)
    if sure.sum() < LEAST:
        return None
    start, end = start[sure][:, 0].astype(np.float64), end[sure][:, 0].astype(np.float64)
    moved, inside = cv2.estimateAffine2D(
        start, end, method=cv2.RANSAC, ransacReprojThreshold=TOLERANCE, maxIters=500, confidence=0.999
    )
    if moved is None or inside.sum() < max(LEAST, AGREE * sure.sum()):
        return None
    kept = inside.ravel() > 0
    moved = _least_squares(start[kept], end[kept])
    off = np.linalg.norm(start[kept] @ moved[:2, :2].T + moved[:2, 2] - end[kept], axis=1)
    return Fit(moved, float(kept.sum()) / len(corners), median(off))


def _least_squares(start: NDArray[np.float64], end: NDArray[np.float64]) -> Matrix:
    """[Huber-weighted; Holland & Welsch, Robust regression by iteratively reweighted least squares, 1977]"""
    lifted = np.column_stack([start, np.ones(len(start))])
    weights = np.ones(len(start))
    for _ in range(4):
        solution, *_ = np.linalg.lstsq(lifted * weights[:, None], end * weights[:, None], rcond=None)
        off = np.linalg.norm(lifted @ solution - end, axis=1)
        weights = np.sqrt(1 / np.maximum(1, off / max(median(off), 0.02)))
    return np.vstack([solution.T, (0, 0, 1)])


def normal(pixels: Pixels, both: Mask) -> NDArray[np.uint8]:
    """Its light without local mean and contrast, so that no change of tone counts; grey where nothing is."""
    plane = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    window = (LOCAL, LOCAL)
    detail = plane - cv2.blur(plane, window)
    contrast = np.sqrt(np.maximum(cv2.blur(detail * detail, window), 0))  # sums that run along lose a little
    scaled = np.clip(128 + 45 * detail / np.maximum(contrast, 6.0), 0, 255).astype(np.uint8)
    scaled[~both] = 128
    return np.asarray(scaled, np.uint8)


def _followed(
    from_: NDArray[np.uint8], to: NDArray[np.uint8], places: NDArray[np.float32], levels: int
) -> tuple[NDArray[np.float32], Mask]:
    window = (WINDOW, WINDOW)
    there, found, _ = cv2.calcOpticalFlowPyrLK(from_, to, places, None, winSize=window, maxLevel=levels)
    return there, found.ravel() > 0
