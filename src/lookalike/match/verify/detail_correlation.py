"""Whether a geometry makes two pictures one: a copy agrees in its detail, another photo of the scene does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.overlay import laid_over
from lookalike.types import Matrix, Picture

Plane = NDArray[np.float32]
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
    share_of_cell = _blurred(both.astype(np.float32))  # what lies beyond the outline of the other counts nowhere
    left, right = (_detail(plane.astype(np.float32), both, share_of_cell) for plane in (laid, under))
    spread_left, spread_right = (np.sqrt(np.maximum(_blurred(np.square(each)), 0)) for each in (left, right))
    seen = both & (np.maximum(spread_left, spread_right) > GRAIN * np.sqrt(share_of_cell))
    if seen.sum() < LEAST:
        return nothing
    shared = _blurred(left * right)[seen] / np.maximum(spread_left * spread_right, share_of_cell)[seen]
    return tuple(np.clip(np.quantile(shared, shares), 0, 1).tolist())


def _detail(plane: NDArray[np.float32], both: NDArray[np.bool_], share_of_cell: NDArray[np.float32]) -> Plane:
    """Without the mean of the cell; 0 outside `both`."""
    inside = both.astype(np.float32)
    smooth = cv2.GaussianBlur(plane * inside, (0, 0), 1.0) / np.maximum(cv2.GaussianBlur(inside, (0, 0), 1.0), 1e-6)
    return np.asarray(inside * (smooth - _blurred(smooth * inside) / np.maximum(share_of_cell, 1e-6)))


def _blurred(plane: NDArray[np.float32]) -> Plane:
    return np.asarray(cv2.blur(plane, (CELL, CELL)), np.float32)
