"""Colours that are asked about, as a picture of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, TypeGuard

import numpy as np

from lookalike.errors import BadQuery
from lookalike.types import Box, Picture

PREFIX: Final = "colour:"
CHANNEL: Final = "palette"
"""The describer that colours are asked for by, where none is named."""
SIDE: Final = 128
"""px of the picture: that at which pictures are compared, so that none of its shares is rounded again."""
_COLOUR: Final = re.compile(r"(#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]+)(?:=([0-9.]+))?", re.IGNORECASE)


def is_palette(source: object) -> TypeGuard[str]:
    """Whether it asks for colours."""
    return isinstance(source, str) and source.startswith(PREFIX)


def compared_by(by: Mapping[str, float] | None, crop: Box | None) -> Mapping[str, float]:
    """The channels that colours are asked for by; raises `BadQuery` where others are named, or a part is meant.

    A picture of colours alone has no outlines, no texture and no layout that others could compare.
    """
    others = [words for words in by or () if words.partition(":")[0] != CHANNEL]
    if others:
        raise BadQuery(
            f"colours are compared by {CHANNEL} alone, not by {', '.join(others)}: "
            "leave out --by, or ask about a picture"
        )
    if crop is not None:
        raise BadQuery("colours have no parts: leave out the crop, or ask about a picture")
    return by or {CHANNEL: 1.0}


def picture_of(text: str) -> Picture:
    """A picture of just those colours: `colour:#2a6f97`, or several as `colour:teal=0.7,#fff=0.3`; names are CSS's.

    Shares count relative to each other, 1 where none is given. Raises `BadQuery` where the text says no colours.
    """
    from PIL import ImageColor

    found = [_COLOUR.fullmatch(word.strip()) for word in text.removeprefix(PREFIX).split(",")]
    try:
        colours = [ImageColor.getrgb(match[1]) for match in found if match]
        shares = np.array([float(match[2] or 1) for match in found if match])
    except ValueError:  # a share such as 1.2.3, or a word that names no colour
        found = []
    if not found or None in found or not shares.sum() > 0:
        raise BadQuery(
            f"colours are asked for as {PREFIX}#2a6f97 or by name as {PREFIX}teal, "
            f"or with shares as {PREFIX}teal=0.7,#ffffff=0.3, not {text!r}"
        )
    ends = np.rint(SIDE**2 * np.cumsum(shares) / shares.sum()).astype(int)
    counts = np.diff(ends, prepend=0)
    pixels = np.repeat(np.array(colours, np.uint8), counts, axis=0)
    return Picture(pixels.reshape(SIDE, SIDE, 3), (SIDE, SIDE))
