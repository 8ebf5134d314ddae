"""JPEG at a fraction of its size, which costs a fraction of its time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import simplejpeg
from PIL import Image, JpegImagePlugin

from lookalike.errors import BadPicture
from lookalike.pixels.limits import Limits
from lookalike.types import Size

FRACTIONS: Final = (1, 2, 4, 8)
"""By which a JPEG decoder can divide both sides: those that both of ours know, so that either gives the same size."""


def fraction_for(size: Size, min_side: int | None, limits: Limits) -> tuple[int, tuple[str, ...]]:
    """The largest divisor that keeps `min_side` px on the shorter side; more, and `scaled`, where the limit asks it."""
    if size[0] * size[1] > limits.jpeg_pixels:
        raise BadPicture("too_large", f"{size[0]} x {size[1]} px, more than the limit of {limits.jpeg_pixels}")
    wanted = _last(f for f in FRACTIONS if min_side is not None and min(divided(size, f)) >= min_side) or 1
    for fraction in FRACTIONS:
        width, height = divided(size, fraction)
        if fraction >= wanted and width * height <= limits.pixels:
            return fraction, ("scaled",) if fraction > wanted else ()
    raise BadPicture("too_large", f"{size[0]} x {size[1]} px, at an eighth more than the limit of {limits.pixels}")


def divided(size: Size, fraction: int) -> Size:
    """(w, h) px after decoding at one `fraction`th."""
    return -(-size[0] // fraction), -(-size[1] // fraction)


def _last(fractions: Iterable[int]) -> int | None:
    return max(fractions, default=None)


def decoded(image: JpegImagePlugin.JpegImageFile, data: bytes, fraction: int) -> tuple[Image.Image, tuple[str, ...]]:
    """Its pixels at one `fraction`th of its size; `damaged` where the decoder had to guess at some of them."""
    if image.mode in ("L", "RGB"):
        pixels = _turbo(data, image.mode, divided(image.size, fraction))
        if pixels is not None:
            return pixels, ()
    image.draft(None, divided(image.size, fraction))
    image.load()
    return image, ("damaged",) if image.mode in ("L", "RGB") else ()


def _turbo(data: bytes, mode: str, size: Size) -> Image.Image | None:
    """By libjpeg-turbo straight into an array; None at the least irregularity."""
    colours = "GRAY" if mode == "L" else "RGB"
    try:
        pixels = simplejpeg.decode_jpeg(data, colours, min_width=size[0], min_height=size[1])
    except ValueError:
        return None
    return pixels
