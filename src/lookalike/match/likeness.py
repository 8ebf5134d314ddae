"""Whether a geometry makes two pictures one: a copy agrees in its detail, another photo of the scene does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.overlay import laid_over
from lookalike.types import Matrix, Picture

SIDE: Final = 256
"""px of the longer side of the pictures that are laid over each other."""
CELL: Final = 17
"""px of the squares within which detail is compared."""
GRAIN: Final = 3.0
"""Grey levels of contrast that a square must have, else it shows no detail."""
LEAST: Final = 100
"""px that must be compared."""


def agreement(a: Picture, b: Picture, model: Matrix, shares: Sequence[float]) -> tuple[float, ...]:
    """Correlation of detail where `model` (px of a to px of b) lays a over b, for each of `shares`; 0 if there is none.

    Each square is compared without its mean and contrast, so that light and colour change little. Of all squares a
    share may agree less: bland ones, and what a text or a box covers.
    """
    nothing = (0.0,) * len(shares)
    laid, under, both = laid_over(a, b, model, SIDE)
    if both.sum() < LEAST:
        return nothing
    left, right = (_detail(plane.astype(np.float32)) for plane in (laid, under))
    size = (CELL, CELL)
    spread_left, spread_right = (np.sqrt(np.maximum(cv2.blur(np.square(plane), size), 0)) for plane in (left, right))
    seen = both & (np.maximum(spread_left, spread_right) > GRAIN)
    if seen.sum() < LEAST:
        return nothing
    shared = cv2.blur(left * right, size)[seen] / np.maximum(spread_left * spread_right, 1.0)[seen]
    return tuple(np.clip(np.quantile(shared, shares), 0, 1).tolist())


def _detail(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    smooth = cv2.GaussianBlur(plane, (0, 0), 1.0)
    detail: NDArray[np.float32] = smooth - cv2.blur(smooth, (CELL, CELL))
    return detail
