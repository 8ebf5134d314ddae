"""Points on edges [Canny, A computational approach to edge detection, PAMI 1986]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.interpolated import interpolated
from lookalike.local.maxima import top
from lookalike.local.response import RatedPx

WINDOW = 5
"""px that a gradient, smoothed, rests on."""
Gradient = tuple[NDArray[np.int16], NDArray[np.int16]]


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

    def _response(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]:
        gradient = _gradient(grey)
        edges = cv2.Canny(*gradient, self.low, self.high, L2gradient=True)
        return np.where(edges > 0, _steep(gradient), 0).astype(np.float32)

    def _refined(
        self,
        grey: NDArray[np.uint8],
        response: NDArray[np.float32],  # noqa: ARG002
        px: NDArray[np.int64],
    ) -> NDArray[np.float64]:
        gradient = _gradient(grey)
        uphill = _directions(gradient, px)
        steep = _steep(gradient)[None]
        before, here, after = (interpolated(steep, px + step * uphill, "linear")[:, 0] for step in (-1, 0, 1))
        return np.asarray(px + top(before, here, after)[:, None] * uphill, np.float64)

    def _angles(self, grey: NDArray[np.uint8], px: NDArray[np.int64]) -> NDArray[np.float32]:
        uphill = _directions(_gradient(grey), px)
        return (np.arctan2(uphill[:, 1], uphill[:, 0]) % (2 * np.pi)).astype(np.float32)


def _gradient(grey: NDArray[np.uint8]) -> Gradient:
    """(h, w) across and down."""
    soft = cv2.GaussianBlur(grey, (3, 3), 0)
    across, down = (np.asarray(cv2.Sobel(soft, cv2.CV_16S, dx, dy, ksize=3)) for dx, dy in ((1, 0), (0, 1)))
    return across, down


def _steep(gradient: Gradient) -> NDArray[np.float32]:
    across, down = gradient
    return np.hypot(across.astype(np.float32), down.astype(np.float32))


def _directions(gradient: Gradient, px: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k, 2) unit vectors from dark to light at (k, 2) px."""
    x, y = px.T
    uphill = np.column_stack([each[y, x] for each in gradient]).astype(np.float64)
    return np.asarray(uphill / np.maximum(np.linalg.norm(uphill, axis=1, keepdims=True), 1e-12), np.float64)
