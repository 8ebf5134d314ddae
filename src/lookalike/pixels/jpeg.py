"""JPEG at a fraction of its size, which costs a fraction of its time."""

from __future__ import annotations

from typing import Final

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL.JpegImagePlugin import JpegImageFile

from lookalike.errors import BadPicture
from lookalike.pixels.limits import Limits
from lookalike.types import Size

FRACTIONS: Final = (1, 2, 4, 8)
"""By which a JPEG decoder can divide both sides: those that both of ours know, so that either gives the same size."""


def fraction_for(size: Size, min_side: int | None, limits: Limits) -> tuple[int, tuple[str, ...]]:
    """The largest divisor that keeps `min_side` px on the shorter side; more, and `scaled`, where the limit asks it."""
    if size[0] * size[1] > limits.jpeg_pixels:
        raise BadPicture("too_large", f"{size[0]} x {size[1]} px, more than the limit of {limits.jpeg_pixels}")
    wanted = max((f for f in FRACTIONS if min_side is not None and min(divided(size, f)) >= min_side), default=1)
    for fraction in FRACTIONS:
        width, height = divided(size, fraction)
        if fraction >= wanted and width * height <= limits.pixels:
            return fraction, ("scaled",) if fraction > wanted else ()
    raise BadPicture("too_large", f"{size[0]} x {size[1]} px, at an eighth more than the limit of {limits.pixels}")


def divided(size: Size, fraction: int) -> Size:
    """(w, h) px after decoding at one `fraction`th."""
    return -(-size[0] // fraction), -(-size[1] // fraction)


def turbo_decoded(data: bytes, *, is_grey: bool, size: Size) -> NDArray[np.uint8] | None:
    """(h, w, 3), or (h, w, 1) where grey, at `size` by libjpeg-turbo; None where it meets the least irregularity."""
    try:
        pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, "GRAY" if is_grey else "RGB", min_width=size[0], min_height=size[1]
        )
    except ValueError as error:
        if "memory" in str(error).lower():
            raise MemoryError(str(error)) from error
        return None
    return pixels if pixels.shape[1::-1] == size else None


def load_divided(image: JpegImageFile, fraction: int) -> None:
    """Has Pillow decode `image` at one `fraction`th of its size."""
    width, height = image.size
    image.draft(None, (max(1, width // fraction), max(1, height // fraction)))
    image.load()
