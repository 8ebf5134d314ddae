"""Goods in two dark colours that hang beside each other are two things, and a grey copy of either is a copy."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.match.difference.comparison import Comparison, compare_pixels
from lookalike.pixels.augment.light import compressed
from lookalike.types import Picture, Pixels

Colour = tuple[int, int, int]


def compared(a: Pixels, b: Pixels) -> Comparison:
    one, other = (Picture(each, (each.shape[1], each.shape[0])) for each in (a, b))
    told = compare_pixels(one, other, np.eye(3))
    assert told is not None
    return told


NAVY, BLACK, BURGUNDY = (28, 32, 62), (24, 24, 26), (62, 22, 32)
GREEN, PLUM = (22, 46, 36), (52, 24, 58)


def shirt(colour: Colour) -> Pixels:
    """Dark goods on white, most of the picture, as JPEG saves them."""
    rng = np.random.default_rng(3)
    weave = cv2.GaussianBlur(rng.normal(0, 1, (480, 400)), (0, 0), 2)
    pixels = np.full((480, 400, 3), 250.0)
    shown = np.zeros((480, 400), np.uint8)
    outline = [(90, 20), (8, 150), (50, 190), (60, 470), (340, 470), (350, 190), (392, 150), (310, 20)]
    cv2.fillPoly(shown, [np.array(outline)], 1)
    pixels[shown > 0] = (np.array(colour) + 12 * weave[..., None])[shown > 0]
    return compressed(np.clip(pixels, 0, 255).astype(np.uint8), 88)


PAIRS = [(NAVY, BLACK), (NAVY, BURGUNDY), (BURGUNDY, BLACK), (GREEN, BLACK), (BLACK, GREEN), (PLUM, BLACK)]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_dark_goods_of_a_colour_nearby_are_a_variant(one: Colour, other: Colour) -> None:
    assert compared(shirt(one), shirt(other)).verdict == "variant"


@pytest.mark.parametrize(("one", "other"), PAIRS[:3])
@pytest.mark.parametrize("light", [0.85, 1.2])
def test_such_goods_made_lighter_or_darker_are_a_variant(one: Colour, other: Colour, light: float) -> None:
    assert compared(shirt(one), lit(shirt(other), light)).verdict == "variant"


def lit(pixels: Pixels, light: float) -> Pixels:
    return compressed(np.clip(pixels * light, 0, 255).astype(np.uint8), 88)


@pytest.mark.parametrize("colour", [NAVY, BURGUNDY, GREEN, PLUM])
def test_dark_goods_in_grey_are_a_copy(colour: Colour) -> None:
    grey = cv2.cvtColor(cv2.cvtColor(shirt(colour), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert compared(shirt(colour), grey).verdict == "copy"
