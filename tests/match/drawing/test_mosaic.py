from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.drawing import MARK, PAPER
from lookalike.match.drawing.mosaic import SIDE, mosaic
from lookalike.types import Picture, Placement


def even(width: int, height: int, level: int) -> Picture:
    return Picture(np.full((height, width, 3), level, np.uint8), (width, height))


@pytest.mark.parametrize("at", [(60.2, 29.8), (-60.0, -30.0), (60.0, -30.0)])
def test_a_mosaic_shows_both_pictures_where_the_shift_says(at: tuple[float, float]) -> None:
    image, template = even(100, 80, 10), even(90, 70, 200)
    x, y = round(at[0]), round(at[1])
    drawn = mosaic(image, template, Placement((*at, 90, 70), 1.0))
    left, top = min(x, 0), min(y, 0)
    assert drawn.shape == (max(80, y + 70) - top, max(100, x + 90) - left, 3)
    assert (drawn[y - top + 35, x - left + 45] == 200).all()
    assert tuple(drawn[y - top, x - left]) == MARK
    for corner in ((0, 0), (99, 79)):  # of the image, where the template does not lie over it
        if not (x <= corner[0] < x + 90 and y <= corner[1] < y + 70):
            assert (drawn[corner[1] - top, corner[0] - left] == 10).all()
    assert (drawn == PAPER).all(axis=2).any()


def test_a_mosaic_of_large_pictures_is_reduced() -> None:
    image, template = even(1500, 1000, 10), even(1500, 1000, 200)
    drawn = mosaic(image, template, Placement((100, 0, 1500, 1000), 1.0))
    assert drawn.shape == (500, SIDE, 3)
