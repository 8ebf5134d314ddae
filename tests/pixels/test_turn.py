"""The eight orientations of a picture."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.pixels.turn import TURNED, UPRIGHT, turned
from lookalike.types import Picture, Pixels

QUARTERS = {6: -1, 3: 2, 8: 1}
"""Of `numpy.rot90`, which turns counterclockwise."""


@pytest.fixture
def corner() -> Picture:
    """Of which no two orientations are alike; decoded at half its size."""
    pixels: Pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    return Picture(pixels, (6, 4))


def test_there_are_eight_and_all_differ(corner: Picture) -> None:
    seen = {turned(corner, orientation).pixels.tobytes() for orientation in (UPRIGHT, *TURNED)}
    assert len(seen) == 8


@pytest.mark.parametrize("orientation", QUARTERS)
def test_words_say_which_way_it_was_turned(corner: Picture, orientation: int) -> None:
    expected = np.rot90(corner.pixels, QUARTERS[orientation])
    np.testing.assert_array_equal(turned(corner, orientation).pixels, expected)
    clockwise = {-1: "90 degrees clockwise", 2: "180 degrees", 1: "90 degrees counterclockwise"}
    assert TURNED[orientation].endswith(clockwise[QUARTERS[orientation]])


def test_mirrors_are_where_words_say(corner: Picture) -> None:
    pixels = corner.pixels
    mirrored = {2: pixels[:, ::-1], 4: pixels[::-1], 5: pixels.swapaxes(0, 1), 7: pixels[::-1, ::-1].swapaxes(0, 1)}
    for orientation, expected in mirrored.items():
        np.testing.assert_array_equal(turned(corner, orientation).pixels, expected)


def test_the_size_turns_with_the_pixels(corner: Picture) -> None:
    for orientation in (UPRIGHT, *TURNED):
        picture = turned(corner, orientation)
        height, width = picture.pixels.shape[:2]
        assert picture.size == (2 * width, 2 * height)
        assert picture.pixels.flags.c_contiguous
