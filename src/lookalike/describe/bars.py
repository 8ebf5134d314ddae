"""Two distributions over the same colours, drawn back to back."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import FRAME, PAPER
from lookalike.types import Pixels

WIDTH: Final = 400
HEIGHT: Final = 22
"""px of a bar, its gap included."""
SPINE: Final = 28
"""px of the swatch in the middle."""
REACH: Final = (WIDTH - SPINE) // 2 - 6
"""px of the longest bar."""


def back_to_back(left: NDArray[np.float64], right: NDArray[np.float64], colours: NDArray[np.uint8]) -> Pixels:
    """For each of (n, 3) colours a swatch, and its two shares to either side of it, the largest to full length."""
    most = max(left.max(), right.max())
    rows = zip(left / most, right / most, colours.tolist(), strict=True)
    return np.concatenate([_row(ours, theirs, colour) for ours, theirs, colour in rows])


def _row(ours: float, theirs: float, colour: list[int]) -> Pixels:
    """Lengths from 0 to 1; a thin frame keeps white visible on white."""
    row = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    start, end = (WIDTH - SPINE) // 2, (WIDTH + SPINE) // 2
    spans = (start - 5 - round(REACH * ours), start - 5), (start, end), (end + 5, end + 5 + round(REACH * theirs))
    for left, right in spans:
        if right > left:
            cv2.rectangle(row, (left, 3), (right, HEIGHT - 4), colour, cv2.FILLED)
            cv2.rectangle(row, (left, 3), (right, HEIGHT - 4), FRAME, 1)
    return row
