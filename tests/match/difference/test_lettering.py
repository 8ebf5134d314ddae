"""Letters on photos: laid on one of two they leave a copy, and one letter more, or another, makes a variant."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import product

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from lookalike.match.difference.comparison import Comparison, compare_pixels
from lookalike.pixels.augment.light import compressed
from lookalike.types import Picture, Pixels

Colour = tuple[int, int, int]
WHITE, BLACK, RED, YELLOW = (255, 255, 255), (0, 0, 0), (210, 20, 30), (250, 220, 0)
GROUNDS = ("astronaut", "coffee", "chelsea")


@cache
def ground(name: str) -> Pixels:
    """A photo, 480 px wide."""
    pixels = getattr(data, name)()
    return np.asarray(Image.fromarray(pixels).resize((480, 480 * pixels.shape[0] // pixels.shape[1])), np.uint8)


def written(name: str, words: str, colours: Sequence[Colour]) -> Pixels:
    """The photo with words across it, in the last of `colours`, the ones before around it; as JPEG saves them."""
    pixels = ground(name).copy()
    for at, colour in enumerate(colours):
        thickness = 7 + 6 * (len(colours) - 1 - at)
        cv2.putText(pixels, words, (40, 200), cv2.FONT_HERSHEY_SIMPLEX, 1.9, colour, thickness, cv2.LINE_AA)
    return compressed(pixels, 85)


def compared(a: Pixels, b: Pixels) -> Comparison:
    shown = [Picture(each, (each.shape[1], each.shape[0])) for each in (a, b)]
    told = compare_pixels(shown[0], shown[1], np.eye(3))
    assert told is not None
    return told


@pytest.mark.parametrize(
    ("name", "colours"),
    [*product(("coffee", "chelsea"), ((BLACK, WHITE), (WHITE,), (BLACK, YELLOW))), ("chelsea", (RED,))],
)
def test_words_of_any_colour_on_a_photo_leave_a_copy(name: str, colours: tuple[Colour, ...]) -> None:
    told = compared(ground(name), written(name, "look here", colours))
    assert told.verdict == "copy"
    assert {each.kind for each in told.differs} <= {"laid on b", "speck"}


@pytest.mark.parametrize("colours", [(BLACK, WHITE), (WHITE,), (RED,), (BLACK,)])
@pytest.mark.parametrize(("one", "other"), [("Sale 5", "Sale 50"), ("Room 3", "Room 8"), ("TOO", "TOQ"), ("in", "in!")])
@pytest.mark.parametrize("name", GROUNDS)
def test_one_stroke_more_of_what_both_show_is_content(
    name: str, one: str, other: str, colours: tuple[Colour, ...]
) -> None:
    told = compared(written(name, one, colours), written(name, other, colours))
    assert told.verdict == "variant"
    assert "content" in {each.kind for each in told.differs}


@pytest.mark.parametrize(("one", "other"), [("no way", "another one"), ("Ja!", "Nein, danke")])
@pytest.mark.parametrize("name", GROUNDS)
def test_other_words_at_the_same_place_are_content(name: str, one: str, other: str) -> None:
    told = compared(written(name, one, (BLACK, WHITE)), written(name, other, (BLACK, WHITE)))
    assert told.verdict == "variant"
