"""JPEG at a fraction of its size, which costs a fraction of its time."""

from __future__ import annotations

from typing import Final

import simplejpeg
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from lookalike.errors import BadPicture
from lookalike.pixels.colour import rgb_of_grey, srgb
from lookalike.pixels.limits import Limits, check_size
from lookalike.types import Pixels, Size

FRACTIONS: Final = (1, 2, 4, 8)
"""By which a JPEG decoder can divide both sides: those that both of ours know, so that either gives the same size."""


def fraction_for(size: Size, min_side: int | None, limits: Limits) -> tuple[int, tuple[str, ...]]:
    """The largest divisor that keeps `min_side` px on the shorter side; more, and `scaled`, where the limit asks it."""
    check_size(size, limits.jpeg_pixels)
    wanted = max((f for f in FRACTIONS if min_side is not None and min(divided(size, f)) >= min_side), default=1)
    for fraction in FRACTIONS:
        width, height = divided(size, fraction)
        if fraction >= wanted and width * height <= limits.pixels:
            return fraction, ("scaled",) if fraction > wanted else ()
    raise BadPicture("too_large", f"{size[0]} x {size[1]} px, at an eighth more than the limit of {limits.pixels}")


def divided(size: Size, fraction: int) -> Size:
    """(w, h) px after decoding at one `fraction`th."""
    return -(-size[0] // fraction), -(-size[1] // fraction)


def jpeg_pixels(
    image: JpegImageFile, data: bytes, min_side: int | None, limits: Limits
) -> tuple[Pixels, tuple[str, ...]]:
    """As they lie in the file, in sRGB, and what was odd: `damaged` where the decoder had to guess at some of them."""
    fraction, flags = fraction_for(image.size, min_side, limits)
    if image.mode not in ("L", "RGB"):  # CMYK
        return _by_pillow(image, fraction, limits, flags)
    pixels = turbo_pixels(data, image.mode == "L", divided(image.size, fraction))
    if pixels is None:
        return _by_pillow(image, fraction, limits, (*flags, "damaged"))
    if "icc_profile" in image.info:
        coded = Image.fromarray(pixels[:, :, 0] if image.mode == "L" else pixels)
        coded.info["icc_profile"] = image.info["icc_profile"]
        pixels, odd = srgb(coded)
        return pixels, (*flags, *odd)
    return (rgb_of_grey(pixels[:, :, 0]) if image.mode == "L" else pixels), flags


def turbo_pixels(data: bytes, is_grey: bool, size: Size) -> Pixels | None:
    """(h, w, 3), or (h, w, 1) where grey, by libjpeg-turbo; None where it meets the least irregularity."""
    try:
        pixels: Pixels = simplejpeg.decode_jpeg(
            data, "GRAY" if is_grey else "RGB", min_width=size[0], min_height=size[1]
        )
    except ValueError as error:
        if "memory" in str(error).lower():
            raise MemoryError(str(error)) from error
        return None
    return pixels if pixels.shape[1::-1] == size else None


def _by_pillow(
    image: JpegImageFile, fraction: int, limits: Limits, flags: tuple[str, ...]
) -> tuple[Pixels, tuple[str, ...]]:
    width, height = image.size
    image.draft(None, (max(1, width // fraction), max(1, height // fraction)))
    check_size(image.size, limits.pixels)
    image.load()
    pixels, odd = srgb(image)
    return pixels, (*flags, *odd)
