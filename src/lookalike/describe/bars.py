"""Two distributions over the same colours, or over the same named parts, drawn back to back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import FRAME, INK, MARK, PAPER
from lookalike.types import Pixels

WIDTH: Final = 400
HEIGHT: Final = 22
"""px of a bar, its gap included."""
SPINE: Final = 28
"""px of the swatch in the middle."""
REACH: Final = (WIDTH - SPINE) // 2 - 6
"""px of the longest bar."""
TEXT: Final = 150
"""px for a name in the middle."""


def back_to_back(left: NDArray[np.float64], right: NDArray[np.float64], colours: NDArray[np.uint8]) -> Pixels:
    """For each of (n, 3) colours a swatch, and its two shares to either side of it, the largest to full length."""
    most = max(left.max(), right.max())
    rows = zip(left / most, right / most, colours.tolist(), strict=True)
    return np.concatenate([_row(ours, theirs, colour) for ours, theirs, colour in rows])


def named_back_to_back(left: NDArray[np.float64], right: NDArray[np.float64], names: Sequence[str]) -> Pixels:
    """For each of n names its two values, never negative, to either side of it, the largest to full length."""
    most = max(float(left.max()), float(right.max()), 1e-12)
    rows = zip(left / most, right / most, names, strict=True)
    return np.concatenate([_named_row(ours, theirs, name) for ours, theirs, name in rows])


def _named_row(ours: float, theirs: float, name: str) -> Pixels:
    row = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    start, end = (WIDTH - TEXT) // 2, (WIDTH + TEXT) // 2
    reach = start - 6
    for left, right in ((start - 5 - round(reach * ours), start - 5), (end + 5, end + 5 + round(reach * theirs))):
        if right > left:
            cv2.rectangle(row, (left, 4), (right, HEIGHT - 5), MARK, cv2.FILLED)
    (width, height), _ = cv2.getTextSize(name, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)
    place = (WIDTH - width) // 2, (HEIGHT + height) // 2
    cv2.putText(row, name, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, INK, 1, cv2.LINE_AA)
    return row


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
