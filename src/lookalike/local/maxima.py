"""Where a response is greatest: strong non-maximum suppression, to a fraction of a px."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST: Final = 0.01
"""Share of the greatest response, below which a maximum is none."""


def peaks(response: NDArray[np.float32], apart: int, budget: int) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """(k, 2) places x, y, and (k,) responses of the best `budget` maxima, each the greatest within `apart` px.

    A plateau counts once, at its middle. The outermost px are left out: nothing says what is beyond.
    """
    inside = np.zeros(response.shape, np.bool_)
    inside[1:-1, 1:-1] = True
    top = cv2.dilate(response, np.ones((2 * apart + 1, 2 * apart + 1), np.uint8))
    is_peak = (response >= top) & inside & (response > max(LEAST * float(response.max(initial=0)), 1e-12))
    _, labels, _, middles = cv2.connectedComponentsWithStats(is_peak.astype(np.uint8), connectivity=8)
    strength = np.full(len(middles), -np.inf, np.float32)
    np.maximum.at(strength, labels[is_peak], response[is_peak])
    order = np.lexsort((middles[:, 0], middles[:, 1], -strength))
    order = order[np.isfinite(strength[order])][:budget]
    return refined(response, middles[order]), strength[order]


def refined(response: NDArray[np.float32], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, 2) tops of the parabolas through each place and its neighbours across and down, at most half a px away."""
    x, y = np.rint(places).astype(np.int64).T
    here, rest = response[y, x], places - np.rint(places)
    moved = [_top(response[y, x - 1], here, response[y, x + 1]), _top(response[y - 1, x], here, response[y + 1, x])]
    return np.asarray(np.rint(places) + np.where(rest == 0, np.column_stack(moved), rest), np.float64)


def _top(before: NDArray[np.float32], here: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float64]:
    bend = 2.0 * here - before - after
    return np.asarray(np.clip((after - before) / (2 * np.where(bend > 1e-12, bend, np.inf)), -0.5, 0.5), np.float64)
