from __future__ import annotations

import math

import numpy as np
import pytest

from lookalike.errors import BadQuery
from lookalike.pixels.crop import crop
from lookalike.types import Picture


@pytest.fixture
def whole() -> Picture:
    return Picture(np.arange(60 * 80 * 3, dtype=np.uint8).reshape(60, 80, 3), (80, 60))


def test_a_part_has_its_own_pixels_and_size(whole: Picture) -> None:
    part = crop(whole, (10, 20, 30, 25))
    np.testing.assert_array_equal(part.pixels, whole.pixels[20:45, 10:40])
    assert part.size == (30, 25)
    assert part.pixels.flags.c_contiguous


def test_the_whole_is_a_part_of_itself(whole: Picture) -> None:
    np.testing.assert_array_equal(crop(whole, (0, 0, 80, 60)).pixels, whole.pixels)


def test_the_box_is_of_the_original_where_the_pixels_are_fewer(whole: Picture) -> None:
    part = crop(Picture(whole.pixels, (320, 240)), (40, 80, 120, 100))
    np.testing.assert_array_equal(part.pixels, whole.pixels[20:45, 10:40])
    assert part.size == (120, 100)


def test_edges_between_pixels_are_rounded_and_no_part_is_empty(whole: Picture) -> None:
    assert crop(whole, (10.4, 20.4, 0.1, 0.1)).size == (1, 1)
    assert crop(whole, (79.9, 59.9, 0.1, 0.1)).pixels.shape == (1, 1, 3)
    assert crop(Picture(whole.pixels, (320, 240)), (3, 3, 1, 1)).pixels.shape == (1, 1, 3)


@pytest.mark.parametrize(
    "box",
    [(-1, 0, 5, 5), (0, 0, 81, 5), (0, 0, 5, 61), (79, 0, 2, 2), (0, 0, 0, 5), (0, 0, 5, -5), (math.nan, 0, 5, 5)],
)
def test_a_box_that_reaches_outside_is_refused(whole: Picture, box: tuple[float, ...]) -> None:
    with pytest.raises(BadQuery, match="within 80 x 60 px"):
        crop(whole, box)
