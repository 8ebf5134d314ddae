"""Words and numbers, and how they are drawn: in a truetype face, or in one of Hershey's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FACES: Final = ("truetype", "truetype", "truetype", "simplex", "duplex", "complex", "triplex")
"""To draw one from; the first is Pillow's own."""
_HERSHEY: Final = {
    "simplex": cv2.FONT_HERSHEY_SIMPLEX,
    "duplex": cv2.FONT_HERSHEY_DUPLEX,
    "complex": cv2.FONT_HERSHEY_COMPLEX,
    "triplex": cv2.FONT_HERSHEY_TRIPLEX,
}
_WORDS: Final = """
the order paper meeting window coffee friday ticket garden signal number report morning server invoice travel
please again never always before after tomorrow together little large quiet open closed north river bridge market
winter summer yellow green silver copper letter answer question picture camera station platform engine driver
kitchen bottle bread butter sugar orange apple dinner lunch weekend holiday office school teacher student doctor
we are you they will could should there where when because without between around under over
"""
WORDS: Final = tuple(_WORDS.split())
Colour = tuple[int, int, int] | tuple[int, int, int, int] | int


def write(
    canvas: Image.Image,
    xy: tuple[float, float],
    text: str,
    size: int,
    fill: Colour,
    *,
    face: str = "truetype",
    anchor: str = "l",
    bold: bool = False,
) -> int:
    """Draws `text` with its line's top at xy, to the right of it, about it, or to its left (`anchor` l, m, r).

    `size` is the height of the letters, px, as fonts tell it. The width that was drawn, px, is returned.
    """
    mask = _mask(text, size, face, bold)
    left = round(xy[0] - {"l": 0.0, "m": 0.5, "r": 1.0}[anchor] * mask.width)
    canvas.paste(fill, (left, round(xy[1])), mask)
    return mask.width


def width_of(text: str, size: int, face: str = "truetype", *, bold: bool = False) -> int:
    """px that `write` takes."""
    return _mask(text, size, face, bold).width


def face_of(rng: np.random.Generator) -> str:
    """One of `FACES`."""
    return FACES[int(rng.integers(len(FACES)))]


def sentence(rng: np.random.Generator, words: int) -> str:
    """So many words, the first with a capital."""
    return " ".join(str(word) for word in rng.choice(WORDS, words)).capitalize()


def number(rng: np.random.Generator, digits: int) -> str:
    """So many digits, the first not 0."""
    return str(int(rng.integers(10 ** (digits - 1), 10**digits)))


def amount(rng: np.random.Generator, most: float) -> str:
    """Money, with cents, between 1 and `most`."""
    return f"{rng.uniform(1, most):.2f}"


def other_digit(rng: np.random.Generator, text: str) -> str:
    """`text` with another digit in one place; raises `ValueError` where it has none."""
    places = [at for at, letter in enumerate(text) if letter.isdigit()]
    if not places:
        raise ValueError(f"no digit in {text!r}")
    at = int(rng.choice(places))
    digit = (int(text[at]) + int(rng.integers(1, 10))) % 10
    return f"{text[:at]}{digit}{text[at + 1 :]}"


def other_word(rng: np.random.Generator, text: str) -> str:
    """`text` with another word in one place."""
    words = text.split(" ")
    at = int(rng.integers(len(words)))
    words[at] = other_of(rng, WORDS, words[at].lower())
    return " ".join(words)


def other_of(rng: np.random.Generator, choices: Sequence[str], but: str) -> str:
    """One of `choices` that is not `but`."""
    return str(rng.choice([each for each in choices if each != but]))


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)  # Pillow's wheels all have FreeType
    return font


def _mask(text: str, size: int, face: str, bold: bool) -> Image.Image:
    """L; a line's height is that of its face, whatever the letters."""
    if face == "truetype":
        font, stroke = _font(size), max(1, size // 30) if bold else 0
        ascent, descent = font.getmetrics()
        mask = Image.new("L", (max(1, round(font.getlength(text)) + 2 * stroke), ascent + descent), 0)
        ImageDraw.Draw(mask).text((stroke, 0), text, fill=255, font=font, stroke_width=stroke)
        return mask
    thick = max(1, round(size / (14 if bold else 22)))
    scale = cv2.getFontScaleFromHeight(_HERSHEY[face], max(4, round(0.72 * size)), thick)
    (width, _), _ = cv2.getTextSize(text, _HERSHEY[face], scale, thick)
    pixels = np.zeros((round(1.3 * size), max(1, width)), np.uint8)
    cv2.putText(pixels, text, (0, round(0.92 * size)), _HERSHEY[face], scale, 255, thick, cv2.LINE_AA)
    return Image.fromarray(pixels)
