"""The order of keypoints: best first, and the same on every machine whatever order they were found in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.types import Keypoints


def best_first(keypoints: Keypoints) -> NDArray[np.int64]:
    """(k,) rows by falling score; ties by place from top to bottom, then by scale and angle."""
    zeros = np.zeros(len(keypoints), np.float32)
    scale = zeros if keypoints.scale is None else keypoints.scale
    angle = zeros if keypoints.angle is None else keypoints.angle
    x, y = keypoints.xy.T
    order: NDArray[np.int64] = np.lexsort((angle, scale, x, y, -keypoints.scores))
    return order
