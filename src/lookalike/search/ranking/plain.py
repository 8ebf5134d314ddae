"""Pictures of one colour, of which nothing but that colour can be compared."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np

from lookalike.search.query.parts import is_plain
from lookalike.types import Picture

Colour: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""

BLACK_TO_WHITE: Final = 100.0
"""Distance in CIELAB."""


def plain_colour(picture: Picture) -> Colour | None:
    """The colour of a picture that has no other; None of any with contrast."""
    if not is_plain(picture):
        return None
    red, green, blue = np.rint(picture.pixels.reshape(-1, 3).mean(axis=0)).astype(int).tolist()
    return red, green, blue


def colour_likeness(a: Colour, b: Colour) -> float:
    """1 of a colour with itself, 0 of two that are as far apart in CIELAB as black and white, or farther."""
    import cv2

    lab = cv2.cvtColor(np.array([[a, b]], np.float32) / 255, cv2.COLOR_RGB2Lab)[0].astype(np.float64)  # (2, 3)
    return max(0.0, 1 - float(np.linalg.norm(lab[0] - lab[1])) / BLACK_TO_WHITE)


def colours_in_words(a: Colour, b: Colour) -> str:
    """'both of one colour: #2a6f97 and #2a6f98'"""
    first, second = (f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in (a, b))
    return f"both of one colour: {first if first == second else f'{first} and {second}'}"
