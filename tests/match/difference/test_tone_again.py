"""Light that was clipped is told by px in even places at full size: edges of drawn paper mix what was clipped."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.match.difference.comparison import compare_pixels
from lookalike.match.difference.tone import UNCHANGED, Toned, toned, toned_again
from lookalike.types import Picture, Pixels

BLUE = (31, 119, 180)
EVERYWHERE = np.ones((600, 900), bool)


def bars(heights: list[int], colour: tuple[int, int, int] = BLUE) -> Pixels:
    """A chart of narrow bars on white, with lines and numbers."""
    page = np.full((600, 900, 3), 255, np.uint8)
    for level in range(6):
        cv2.line(page, (60, 80 + 90 * level), (860, 80 + 90 * level), (214, 214, 214), 1)
        cv2.putText(page, str(50 - 10 * level), (20, 85 + 90 * level), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1)
    for at, height in enumerate(heights):
        x = 80 + 26 * at
        cv2.rectangle(page, (x, 530 - height), (x + 14, 530), colour, cv2.FILLED)
        cv2.putText(page, str(height), (x, 550), cv2.FONT_HERSHEY_SIMPLEX, 0.3, (0, 0, 0), 1, cv2.LINE_AA)
    return page


HEIGHTS = [int(each) for each in np.random.default_rng(1).integers(60, 420, 28)]


def lighter(pixels: Pixels, levels: int) -> Pixels:
    """White stays white."""
    return np.clip(pixels.astype(int) + levels, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("levels", [30, 45, 60])
def test_a_chart_made_lighter_is_a_copy(levels: int) -> None:
    a = bars(HEIGHTS)
    told = compare_pixels(Picture(a, (900, 600)), Picture(lighter(a, levels), (900, 600)), np.eye(3))
    assert told is not None
    assert (told.verdict, told.differs) == ("copy", ())


def test_a_chart_of_other_data_made_lighter_is_none() -> None:
    a, b = bars(HEIGHTS), bars([*HEIGHTS[:9], HEIGHTS[9] - 40, *HEIGHTS[10:]])
    told = compare_pixels(Picture(a, (900, 600)), Picture(lighter(b, 30), (900, 600)), np.eye(3))
    assert told is not None
    assert told.verdict == "variant"
    assert all(300 < each.box_a[0] < 325 for each in told.differs)


def test_bars_of_another_colour_are_not_explained() -> None:
    a, b = bars(HEIGHTS), bars(HEIGHTS, (60, 160, 60))
    again = toned_again(a, b, EVERYWHERE, toned(a, b, EVERYWHERE))
    told = compare_pixels(Picture(a, (900, 600)), Picture(b, (900, 600)), np.eye(3))
    assert again.tone == UNCHANGED
    assert told is not None
    assert told.verdict == "variant"


def test_a_change_that_left_little_is_kept() -> None:
    a = bars(HEIGHTS)
    before = Toned(UNCHANGED, True, 1.0)
    assert toned_again(a, lighter(a, 40), EVERYWHERE, before) is before
