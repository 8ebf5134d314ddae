"""Corners: [Harris & Stephens, A combined corner and edge detector, Alvey 1988],
[Shi & Tomasi, Good features to track, CVPR 1994], [Rosten & Drummond, Machine learning for high-speed corner
detection, ECCV 2006]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.response import RatedPx

SOBEL = 3
"""px of the derivative."""


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

    def _response(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(cv2.cornerHarris(grey, self.window, SOBEL, self.k), np.float32)


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

    def _response(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.asarray(cv2.cornerMinEigenVal(grey, self.window, ksize=SOBEL), np.float32)


@dataclass(frozen=True)
class Fast(RatedPx):
    """Where 9 px in a row of a ring of 16 are all lighter or all darker; rated by how much."""

    name: ClassVar[str] = "fast"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Rosten & Drummond, Machine learning for high-speed corner detection, ECCV 2006"

    threshold: int = 10
    """Levels of grey."""

    @property
    def _diameter(self) -> float:
        return 7

    def _response(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        found: Any = cv2.FastFeatureDetector.create(self.threshold, nonmaxSuppression=True).detect(grey, None)
        response = np.zeros(grey.shape, np.float32)
        for point in found:
            response[int(point.pt[1]), int(point.pt[0])] = point.response
        return response
