"""A picture turned by quarters and seen in a mirror: its eight orientations, numbered as in EXIF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lookalike.pixels.exif import upright, upright_size
from lookalike.types import Picture

UPRIGHT: Final = 1
"""As it is."""
TURNED: Final[Mapping[int, str]] = {
    2: "mirrored",
    6: "turned by 90 degrees clockwise",
    3: "turned by 180 degrees",
    8: "turned by 90 degrees counterclockwise",
    4: "upside down in a mirror",
    5: "mirrored along its diagonal",
    7: "mirrored along its other diagonal",
}
"""The other seven, in words, the likely ones first."""


def turned(picture: Picture, orientation: int) -> Picture:
    """Picture as a viewer shows it where its EXIF block states that orientation; remembers no planes."""
    alpha = None if picture.alpha is None else upright(picture.alpha, orientation)
    return Picture(upright(picture.pixels, orientation), upright_size(picture.size, orientation), alpha, picture.frames)
