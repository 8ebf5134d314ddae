"""Colours that are asked about, as a picture of them."""

from __future__ import annotations

import re
from typing import Final, TypeGuard

import numpy as np

from lookalike.errors import BadQuery
from lookalike.types import Picture

PREFIX: Final = "colour:"
CHANNEL: Final = "palette"
"""The describer that colours are asked for by, where none is named."""
SIDE: Final = 128
"""px of the picture: that at which pictures are compared, so that none of its shares is rounded again."""
_COLOUR: Final = re.compile(r"#([0-9a-fA-F]{6})(?:=([0-9.]+))?")


def is_palette(source: object) -> TypeGuard[str]:
    """Whether it asks for colours."""
    return isinstance(source, str) and source.startswith(PREFIX)


def picture_of(text: str) -> Picture:
    """A picture of just those colours: `colour:#2a6f97`, or several as `colour:#2a6f97=0.7,#ffffff=0.3`.

    Shares count relative to each other, 1 where none is given. Raises `BadQuery` where the text says no colours.
    """
    found = [_COLOUR.fullmatch(word.strip()) for word in text.removeprefix(PREFIX).split(",")]
    try:
        colours = [bytes.fromhex(match[1]) for match in found if match]
        shares = np.array([float(match[2] or 1) for match in found if match])
    except ValueError:  # a share such as 1.2.3
        found = []
    if not found or None in found or not shares.sum() > 0:
        raise BadQuery(
            f"colours are asked for as {PREFIX}#2a6f97, or with shares as {PREFIX}#2a6f97=0.7,#ffffff=0.3, not {text!r}"
        )
    ends = np.rint(SIDE**2 * np.cumsum(shares) / shares.sum()).astype(int)
    counts = np.diff(ends, prepend=0)
    pixels = np.repeat(np.array([list(colour) for colour in colours], np.uint8), counts, axis=0)
    return Picture(pixels.reshape(SIDE, SIDE, 3), (SIDE, SIDE))
