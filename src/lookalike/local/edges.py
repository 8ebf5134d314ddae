"""Points on edges [Canny, A computational approach to edge detection, PAMI 1986]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.interpolated import interpolated
from lookalike.local.maxima import top
from lookalike.local.response import Rated, RatedPx

WINDOW = 5
"""px that a gradient, smoothed, rests on."""


@dataclass(frozen=True)
class CannyPoints(RatedPx):
    """Points of Canny's edges, the steepest of their neighbourhood; their angle is that in which light grows.

    Across the edge they lie where it is steepest to a fraction of a px [Devernay, A non-maxima suppression method for
    edge detection with sub-pixel accuracy, INRIA 1995].
    """

    name: ClassVar[str] = "canny"
    revision: ClassVar[int] = 3
    source: ClassVar[str] = "Canny, A computational approach to edge detection, PAMI 1986"

    low: int = 50
    """Gradient that continues an edge, as OpenCV counts it."""
    high: int = 150
    """Gradient that begins one."""

    @property
    def _diameter(self) -> float:
        return WINDOW

    def _rated(self, grey: NDArray[np.uint8]) -> Rated:
        soft = cv2.GaussianBlur(grey, (3, 3), 0)
        across, down = (np.asarray(cv2.Sobel(soft, cv2.CV_16S, dx, dy, ksize=3)) for dx, dy in ((1, 0), (0, 1)))
        steep = np.hypot(across.astype(np.float32), down.astype(np.float32))
        edges = cv2.Canny(across, down, self.low, self.high, L2gradient=True)
        return _Edges(np.where(edges > 0, steep, 0).astype(np.float32), across, down, steep)


@dataclass(frozen=True, eq=False)
class _Edges(Rated):
    """(h, w) gradient of the smoothed picture, and its length, on edges and beside them."""

    across: NDArray[np.int16]
    down: NDArray[np.int16]
    steep: NDArray[np.float32]

    def places(self, px: NDArray[np.int64]) -> NDArray[np.float64]:
        """Where it is steepest along the gradient."""
        uphill = self._uphill(px)
        before, here, after = (
            interpolated(self.steep[None], px + step * uphill, "linear")[:, 0] for step in (-1, 0, 1)
        )
        return np.asarray(px + top(before, here, after)[:, None] * uphill, np.float64)

    def angles(self, px: NDArray[np.int64]) -> NDArray[np.float32]:
        uphill = self._uphill(px)
        return (np.arctan2(uphill[:, 1], uphill[:, 0]) % (2 * np.pi)).astype(np.float32)

    def _uphill(self, px: NDArray[np.int64]) -> NDArray[np.float64]:
        """(k, 2) unit vectors from dark to light."""
        x, y = px.T
        uphill = np.column_stack([self.across[y, x], self.down[y, x]]).astype(np.float64)
        return np.asarray(uphill / np.maximum(np.linalg.norm(uphill, axis=1, keepdims=True), 1e-12), np.float64)
