"""Colours that are asked about, as a picture of them."""

from __future__ import annotations

import re
from typing import Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.types import Picture

PREFIX: Final = "colour:"
SIDE: Final = 128
"""px of the picture: that at which pictures are compared, so that none of its shares is rounded again."""
MOST: Final = 1e9
"""Sum of shares from which on they are no shares that anybody means."""
_COLOUR: Final = re.compile(r"(#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]+)(?:=([0-9.]+))?", re.IGNORECASE)


def is_palette(source: object) -> TypeGuard[str]:
    """Whether it asks for colours."""
    return isinstance(source, str) and source.startswith(PREFIX)


def colours_of(text: str) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """(c, 3) RGB colours and their (c,) shares, sum 1: `colour:#2a6f97`, `colour:teal=0.7,#fff=0.3`; names are CSS's.

    Shares count relative to each other, 1 where none is given. Raises `BadQuery` where the text says no colours.
    """
    from PIL import ImageColor

    found = [_COLOUR.fullmatch(word.strip()) for word in text.removeprefix(PREFIX).split(",")]
    try:
        colours = [ImageColor.getrgb(match[1]) for match in found if match]
        shares = np.array([float(match[2] or 1) for match in found if match])
    except ValueError:  # a share such as 1.2.3, or a word that names no colour
        found = []
    if not found or None in found or not 0 < sum(shares.tolist()) < MOST:  # a sum of an array would warn
        raise BadQuery(
            f"colours are asked for as {PREFIX}#2a6f97 or by name as {PREFIX}teal, "
            f"or with shares as {PREFIX}teal=0.7,#ffffff=0.3, not {text!r}"
        )
    return np.array(colours, np.uint8)[:, :3], shares / shares.sum()


def picture_of(text: str) -> Picture:
    """A picture of just those colours."""
    colours, shares = colours_of(text)
    counts = np.diff(np.rint(SIDE**2 * np.cumsum(shares)).astype(int), prepend=0)
    return Picture(np.repeat(colours, counts, axis=0).reshape(SIDE, SIDE, 3), (SIDE, SIDE))
