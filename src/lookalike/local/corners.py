"""Corners: [Harris & Stephens, A combined corner and edge detector, Alvey 1988],
[Shi & Tomasi, Good features to track, CVPR 1994], [Rosten & Drummond, Machine learning for high-speed corner
detection, ECCV 2006]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.maxima import top
from lookalike.local.response import Rated, RatedPx

SOBEL = 3
"""px of the derivative."""
_QUARTER = ((0, -3), (1, -3), (2, -2), (3, -1))
RING: Final = np.array(
    [(c * x - s * y, s * x + c * y) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1)) for x, y in _QUARTER]
)
"""(16, 2) px x, y around a corner of FAST, clockwise."""
ARC: Final = 9
"""px of the ring in a row."""
BESIDE: Final = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))
"""A px, and those left, right, above and below."""


@dataclass(frozen=True)
class Harris(RatedPx):
    """Where light changes every way: determinant less `k` trace^2 of the structure tensor."""

    name: ClassVar[str] = "harris"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Harris & Stephens, A combined corner and edge detector, Alvey 1988"

    window: int = 5
    """px that the tensor is summed over."""
    k: float = 0.04

    @property
    def _diameter(self) -> float:
        return self.window

    def _rated(self, grey: NDArray[np.uint8]) -> Rated:
        return Rated(np.asarray(cv2.cornerHarris(grey, self.window, SOBEL, self.k), np.float32))


@dataclass(frozen=True)
class ShiTomasi(RatedPx):
    """Where light changes every way: the smaller eigenvalue of the structure tensor."""

    name: ClassVar[str] = "shi_tomasi"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Shi & Tomasi, Good features to track, CVPR 1994"

    window: int = 5
    """px that the tensor is summed over."""

    @property
    def _diameter(self) -> float:
        return self.window

    def _rated(self, grey: NDArray[np.uint8]) -> Rated:
        return Rated(np.asarray(cv2.cornerMinEigenVal(grey, self.window, ksize=SOBEL), np.float32))


@dataclass(frozen=True)
class Fast(RatedPx):
    """Where 9 px in a row of a ring of 16 are all lighter or all darker; rated by how much."""

    name: ClassVar[str] = "fast"
    revision: ClassVar[int] = 2
    source: ClassVar[str] = "Rosten & Drummond, Machine learning for high-speed corner detection, ECCV 2006"

    threshold: int = 10
    """Levels of grey."""

    @property
    def _diameter(self) -> float:
        return 7

    def _rated(self, grey: NDArray[np.uint8]) -> Rated:
        found: Any = cv2.FastFeatureDetector.create(self.threshold, nonmaxSuppression=True).detect(grey, None)
        response = np.zeros(grey.shape, np.float32)
        for point in found:
            response[int(point.pt[1]), int(point.pt[0])] = point.response
        return _RatedByRing(response, grey)


@dataclass(frozen=True, eq=False)
class _RatedByRing(Rated):
    grey: NDArray[np.uint8]

    def places(self, px: NDArray[np.int64]) -> NDArray[np.float64]:
        """By parabolas through the ratings of the px beside, which OpenCV keeps to itself."""
        here, left, right, above, below = (segment_test(self.grey, px + step) for step in BESIDE)
        return np.asarray(px + np.column_stack([top(left, here, right), top(above, here, below)]), np.float64)


def segment_test(grey: NDArray[np.uint8], px: NDArray[np.int64]) -> NDArray[np.float32]:
    """(k,) the greatest threshold at which (k, 2) px x, y would be corners; negative where at none."""
    height, width = grey.shape
    x, y = np.clip(px[:, None] + RING, 0, (width - 1, height - 1)).transpose(2, 0, 1)  # (k, 16)
    lighter = grey[y, x].astype(np.int16) - grey[px[:, 1], px[:, 0], None]
    arcs = lighter[:, (np.arange(len(RING))[:, None] + np.arange(ARC)) % len(RING)]  # (k, 16, 9)
    most = np.maximum(arcs.min(axis=2).max(axis=1), -arcs.max(axis=2).min(axis=1))
    return np.asarray(most - 1, np.float32)
