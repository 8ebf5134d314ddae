"""Points on edges [Canny, A computational approach to edge detection, PAMI 1986]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.response import RatedPx

WINDOW = 5
"""px that a gradient, smoothed, rests on."""


@dataclass(frozen=True)
class CannyPoints(RatedPx):
    """Px of Canny's edges, the steepest of their neighbourhood."""

    name: ClassVar[str] = "canny"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Canny, A computational approach to edge detection, PAMI 1986"

    low: int = 50
    """Gradient that continues an edge, as OpenCV counts it."""
    high: int = 150
    """Gradient that begins one."""

    @property
    def _diameter(self) -> float:
        return WINDOW

    def _response(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        soft = cv2.GaussianBlur(grey, (3, 3), 0)
        across, down = (cv2.Sobel(soft, cv2.CV_16S, dx, dy, ksize=3) for dx, dy in ((1, 0), (0, 1)))
        edges = cv2.Canny(across, down, self.low, self.high, L2gradient=True)
        steep = np.hypot(across.astype(np.float32), down.astype(np.float32))
        return np.where(edges > 0, steep, 0).astype(np.float32)
