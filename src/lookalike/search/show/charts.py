"""Charts of one picture: bars with names, and curves over levels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import FRAME, INK, MARK, PAPER, TEXT, drawn, fit
from lookalike.types import Picture, Pixels

HEIGHT: Final = 22
"""px of a bar, its gap included."""
REACH: Final = 260
"""px of the longest bar."""
LABEL: Final = 150
"""px before a bar, for its name."""
FIGURE: Final = 60
"""px behind a bar, for its value."""
CURVES: Final = (470, 180)
"""Width and height of a chart of curves, px."""
SIDE: Final = 380
"""px of the longer side of the picture above a chart."""


def whole(picture: Picture, side: int = SIDE) -> Pixels:
    """The picture itself, within side x side px."""
    return drawn(picture.pixels, fit(picture.size, side))


def bars(values: NDArray[np.floating], names: Sequence[str], told: Sequence[str], colours: Sequence[object]) -> Pixels:
    """For each of n values, never negative, its name, a bar, and the figure; the largest to full length."""
    most = max(float(np.max(values)), 1e-12)
    rows = [
        _bar(float(value) / most, name, figure, colour)
        for value, name, figure, colour in zip(values, names, told, colours, strict=True)
    ]
    return np.concatenate(rows)


def marked_bars(values: NDArray[np.floating], names: Sequence[str], told: Sequence[str]) -> Pixels:
    """All in one colour."""
    return bars(values, names, told, [MARK] * len(names))


def curves(lines: Sequence[tuple[NDArray[np.floating], tuple[int, int, int]]]) -> Pixels:
    """Each of several (n,) curves, never negative, in its colour, over a common frame; the highest fills it."""
    width, height = CURVES
    sheet = np.full((height, width, 3), PAPER, np.uint8)
    most = max(max(float(values.max()) for values, _ in lines), 1e-12)
    for values, colour in lines:
        across = np.linspace(2, width - 3, len(values))
        down = height - 3 - (height - 8) * values / most
        points = np.rint(np.stack([across, down], axis=1)).astype(np.int32)
        cv2.polylines(sheet, [points], False, colour, 1, cv2.LINE_AA)
    cv2.rectangle(sheet, (0, 0), (width - 1, height - 1), FRAME, 1)
    return sheet


def _bar(share: float, name: str, figure: str, colour: object) -> Pixels:
    row = np.full((HEIGHT, LABEL + REACH + FIGURE, 3), PAPER, np.uint8)
    _write(row, name, 2)
    end = LABEL + round(REACH * share)
    if end > LABEL:
        ink = tuple(int(channel) for channel in np.asarray(colour))
        cv2.rectangle(row, (LABEL, 3), (end, HEIGHT - 4), ink, cv2.FILLED)
        cv2.rectangle(row, (LABEL, 3), (end, HEIGHT - 4), FRAME, 1)
    _write(row, figure, end + 8)
    return row


def _write(row: Pixels, words: str, left: int) -> None:
    place = (left, HEIGHT // 2 + 4)
    cv2.putText(row, words, place, cv2.FONT_HERSHEY_SIMPLEX, TEXT, INK, 1, cv2.LINE_AA)
