"""Result of an edit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.types import Pixels

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Edited:
    """The edited copy, and the (3, 3) similarity or affine matrix from its px to px of the original.

    Pixel centres lie at integers, so that (0, 0) is the centre of the top-left pixel.
    """

    pixels: Pixels
    transform: Matrix


def in_place(pixels: NDArray[np.uint8]) -> Edited:
    """An edit that moves nothing."""
    return Edited(np.ascontiguousarray(pixels), np.eye(3))


def moved(x: float, y: float) -> Matrix:
    """From px of a picture to those of one in which it, or of which it is a part, begins at (x, y)."""
    return np.array([[1.0, 0, x], [0, 1, y], [0, 0, 1]])
