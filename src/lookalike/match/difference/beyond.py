"""Small things that one of two aligned pictures shows alone: px beyond all that the other has within two px.

Resampling, blur and a map that is a px off mix what lies side by side, and lead nowhere beyond it. So an eye, a ring or
a star is told from noise though a window of detail holds too few of its px.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from lookalike.match.difference.overlap import Mask
from lookalike.match.difference.tone_bound import Plane

REACH: Final = 5
"""px of the square about a px that are all there is."""
STEP: Final = 4
"""px between the places at which the contrast about them is looked at, and so many such places each way:"""
ABOUT: Final = 7
LEVELS: Final = 15.0
"""Levels beyond, the least; of the contrast about a px, which JPEG spreads over its blocks, this share more:"""
OF_CONTRAST: Final = 0.15
OF_NOISE: Final = 4.0
"""Times the noise that px are beyond besides."""
LEAST: Final = 5
"""px in one piece."""


def beyond(a: Plane, b: Plane, inside: Plane, noise: float) -> Mask | None:
    """(h, w) px of pieces that are beyond; None where there are none. The planes are 0 at the middle of the levels."""
    square = np.ones((REACH, REACH), np.uint8)
    bytes_a, bytes_b = (cv2.convertScaleAbs(plane, alpha=1, beta=128) for plane in (a, b))
    lightest_a, lightest_b = (cv2.dilate(each, square) for each in (bytes_a, bytes_b))
    darkest_a, darkest_b = (cv2.erode(each, square) for each in (bytes_a, bytes_b))
    off = cv2.max(
        cv2.max(cv2.subtract(bytes_a, lightest_b), cv2.subtract(darkest_b, bytes_a)),
        cv2.max(cv2.subtract(bytes_b, lightest_a), cv2.subtract(darkest_a, bytes_b)),
    )
    least = LEVELS + OF_NOISE * noise
    if not (off > least).any():
        return None
    some = slice(None, None, STEP), slice(None, None, STEP)
    about = cv2.max(cv2.subtract(lightest_a[some], darkest_a[some]), cv2.subtract(lightest_b[some], darkest_b[some]))
    about = cv2.dilate(about, np.ones((ABOUT, ABOUT), np.uint8)).astype(np.float32)
    allowed = cv2.resize(least + OF_CONTRAST * about, off.shape[::-1], interpolation=cv2.INTER_NEAREST)
    found = ((off > allowed) & (inside > 0)).astype(np.uint8)
    _, pieces, facts, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    kept = facts[:, cv2.CC_STAT_AREA] >= LEAST
    kept[0] = False
    return np.asarray(kept[pieces], np.bool_) if kept.any() else None
