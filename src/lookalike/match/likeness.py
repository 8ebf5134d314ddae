"""Whether a geometry makes two pictures one: a copy agrees in its detail, another photo of the scene does not."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.types import Matrix, Picture

SIDE: Final = 256
"""px of the longer side of the pictures that are laid over each other."""
CELL: Final = 17
"""px of the squares within which detail is compared."""
GRAIN: Final = 3.0
"""Grey levels of contrast that a square must have, else it shows no detail."""
LEAST: Final = 100
"""px that must be compared."""


def agreement(a: Picture, b: Picture, model: Matrix) -> float:
    """Correlation of detail where `model` (px of a to px of b) lays a over b, its lower quartile; 0 if there is none.

    Each square is compared without its mean and contrast, so that light, colour and a text over a part change little.
    """
    laid, under, both = _laid_over(a, b, model)
    if both.sum() < LEAST:
        return 0.0
    left, right = (_detail(plane) for plane in (laid, under))
    size = (CELL, CELL)
    spread_left, spread_right = (np.sqrt(np.maximum(cv2.blur(np.square(plane), size), 0)) for plane in (left, right))
    seen = both & (np.maximum(spread_left, spread_right) > GRAIN)
    if seen.sum() < LEAST:
        return 0.0
    shared = cv2.blur(left * right, size)[seen] / np.maximum(spread_left * spread_right, 1.0)[seen]
    return float(np.clip(np.quantile(shared, 0.25), 0, 1))


def _laid_over(
    a: Picture, b: Picture, model: Matrix
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """a as b shows it, b, and where both are; in grey."""
    factor = SIDE / max(b.size)
    size = (max(1, round(b.size[0] * factor)), max(1, round(b.size[1] * factor)))
    under = cv2.resize(_grey(b), size, interpolation=cv2.INTER_AREA)
    # Of the larger pictures squares of px fall on one: a is reduced first, so that it is averaged as b is.
    scale = float(np.sqrt(abs(np.linalg.det(model[:2, :2] / model[2, 2])))) * factor
    reduced = _reduced(_grey(a), min(1.0, scale * a.size[0] / a.pixels.shape[1]))
    to_b = _scaling(size, b.size) @ model @ np.linalg.inv(_scaling(reduced.shape[1::-1], a.size))
    laid = cv2.warpPerspective(reduced, to_b, size, flags=cv2.INTER_LINEAR)
    there = cv2.warpPerspective(np.full_like(reduced, 255), to_b, size, flags=cv2.INTER_LINEAR)
    both = cv2.erode((there > 250).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return laid.astype(np.float32), under.astype(np.float32), both


def _detail(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    smooth = cv2.GaussianBlur(plane, (0, 0), 1.0)
    detail: NDArray[np.float32] = smooth - cv2.blur(smooth, (CELL, CELL))
    return detail


def _grey(picture: Picture) -> NDArray[np.uint8]:
    grey: NDArray[np.uint8] = cv2.cvtColor(np.ascontiguousarray(picture.pixels), cv2.COLOR_RGB2GRAY)
    return grey


def _reduced(grey: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    small: NDArray[np.uint8] = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return small


def _scaling(to: tuple[int, int], size: tuple[int, int]) -> NDArray[np.float64]:
    """(3, 3) from px of a picture of `size` to px of it at another; px are areas, their middles are whole numbers."""
    x, y = to[0] / size[0], to[1] / size[1]
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])
