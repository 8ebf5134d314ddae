"""Where a response is greatest: strong non-maximum suppression, and the way to a fraction of a px."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST: Final = 0.01
"""Share of the greatest response, below which a maximum is none."""
TIE: Final = 1e-5
"""Share of the greatest response that tells equal ones apart."""


def peaks(
    response: NDArray[np.float32], apart: int, max_keypoints: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(k, 2) px x, y, and (k,) responses of the best `max_keypoints` maxima, each the greatest within `apart` px.

    Of equal ones, as along an edge, one is drawn, the same each time. The outermost px are left out: nothing says
    what is beyond.
    """
    greatest = float(response.max(initial=0))
    ties = np.random.default_rng(0).random(response.shape, np.float32) * np.float32(TIE * greatest)
    told_apart = response + ties
    greatest_near = cv2.dilate(told_apart, np.ones((2 * apart + 1, 2 * apart + 1), np.uint8))
    is_peak = (told_apart >= greatest_near) & (response > max(LEAST * greatest, 1e-12))
    is_peak[[0, -1]] = is_peak[:, [0, -1]] = False
    y, x = np.nonzero(is_peak)
    order = np.lexsort((x, y, -response[y, x]))[:max_keypoints]
    return np.column_stack([x, y])[order], response[y, x][order]


def refined(response: NDArray[np.float32], px: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k, 2) tops of the parabolas through each px and its neighbours across and down, at most half a px away."""
    x, y = px.T
    here = response[y, x]
    across = top(response[y, x - 1], here, response[y, x + 1])
    down = top(response[y - 1, x], here, response[y + 1, x])
    return np.asarray(px + np.column_stack([across, down]), np.float64)


def top(before: NDArray[np.float32], here: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float64]:
    """(k,) where parabolas through three values a step apart are greatest: steps from `here`, at most half a one."""
    bend = 2.0 * here - before - after
    return np.asarray(np.clip((after - before) / (2 * np.where(bend > 1e-12, bend, np.inf)), -0.5, 0.5), np.float64)
