"""The order of keypoints, the same on every machine whatever order they were found in, and which are kept of many."""

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


def spread_out(
    xy: NDArray[np.floating], scores: NDArray[np.floating], shape: tuple[int, ...], max_keypoints: int
) -> NDArray[np.int64]:
    """At most `max_keypoints` rows over the whole picture of (h, w) px: the best of each cell, then the second, ...

    There are as many cells as keypoints wanted. The strongest alone crowd where contrast is, and a part of the
    picture without contrast could not be found again.
    """
    height, width = shape
    cell = max(np.sqrt(height * width / max_keypoints), 1.0)
    across, down = (xy // cell).astype(np.int64).T
    cells = down * (int(width // cell) + 2) + across
    order = np.lexsort((-scores, cells))
    begins = np.flatnonzero(np.diff(cells[order], prepend=-1))
    sizes = np.diff(np.append(begins, len(order)))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order)) - np.repeat(begins, sizes)
    kept: NDArray[np.int64] = np.lexsort((-scores, rank))[:max_keypoints]
    return kept
