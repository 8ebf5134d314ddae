"""What a difference lies on tells whether it is laid on: on paper it is content, however much photo is beside it."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw
from skimage import data

from lookalike.match.difference.comparison import Comparison, compare_pixels
from lookalike.pixels.augment.light import compressed
from lookalike.types import Picture, Pixels

Colour = tuple[int, int, int]


@cache
def photo() -> Pixels:
    return np.asarray(Image.fromarray(data.coffee()).resize((480, 320)), np.uint8)


def page(paper: int, *, words: str = "", tag: bool = False) -> Pixels:
    """A photo above three lines on paper; `words` are a fourth, the tag stands beside them."""
    image = Image.new("RGB", (480, 460), (paper,) * 3)
    image.paste(Image.fromarray(photo()), (0, 0))
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(("Coffee in the garden", "12 people like this", "Never before noon", words)):
        draw.text((16, 330 + 30 * row), line, (255 - paper,) * 3, font_size=20)
    if tag:
        draw.rounded_rectangle((360, 334, 450, 362), 6, fill=(200, 30, 40))
        draw.text((378, 336), "SOLD", "white", font_size=20)
    return np.array(image)


def compared(a: Pixels, b: Pixels) -> Comparison:
    one, other = (Picture(each, (each.shape[1], each.shape[0])) for each in (a, b))
    told = compare_pixels(one, other, np.eye(3))
    assert told is not None
    return told


@pytest.mark.parametrize("paper", [255, 18])
@pytest.mark.parametrize("quality", [None, 80])
def test_a_line_or_a_tag_more_beside_a_photo_makes_a_variant(paper: int, quality: int | None) -> None:
    for other in (page(paper, words="see you tomorrow"), page(paper, tag=True)):
        a, b = (each if quality is None else compressed(each, quality) for each in (page(paper), other))
        assert compared(a, b).verdict == "variant"
    assert compared(page(paper), compressed(page(paper), 80)).verdict == "copy"


def test_the_same_line_across_the_photo_leaves_a_copy() -> None:
    written = page(255)
    cv2.putText(written, "see you tomorrow", (30, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.3, (255, 255, 255), 5, cv2.LINE_AA)
    told = compared(page(255), compressed(written, 90))
    assert (told.verdict, {each.kind for each in told.differs}) == ("copy", {"laid on b"})


@pytest.mark.parametrize("colour", [(150, 90, 80), (25, 25, 25), (240, 240, 235)])
def test_one_spot_more_is_content(colour: Colour) -> None:
    spotted = Image.fromarray(photo())
    ImageDraw.Draw(spotted).ellipse((60, 40, 84, 62), fill=colour)
    assert compared(photo(), compressed(np.array(spotted), 85)).verdict == "variant"


@pytest.mark.parametrize("noise", [0, 3])
def test_a_window_that_is_lit_is_content(noise: int) -> None:
    """A solid patch over what is smooth, with grain or without."""
    grain = np.random.default_rng(5).normal(0, noise, (320, 480, 1))

    def house(lit: bool) -> Pixels:
        image = Image.fromarray(photo())
        draw = ImageDraw.Draw(image)
        draw.rectangle((100, 60, 300, 260), fill=(34, 32, 36))
        draw.rectangle((150, 100, 214, 160), fill=(250, 214, 130) if lit else (48, 50, 58))
        return np.clip(np.array(image) + grain, 0, 255).astype(np.uint8)

    for a, b in ((house(True), house(False)), (house(False), compressed(house(True), 85))):
        assert compared(a, b).verdict == "variant"
