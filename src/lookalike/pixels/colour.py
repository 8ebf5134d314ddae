"""A decoded picture of any mode as sRGB pixels."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.pixels.tones import from_16_bits, from_any_range
from lookalike.types import Pixels

_BAND: Final = 2**20
"""px that are converted at a time: each step of the way to RGB takes 4 bytes a px."""
_DEEP: Final = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def srgb(image: Image.Image) -> tuple[Pixels, tuple[str, ...]]:
    """(h, w, 3) in sRGB, alpha over white, and what was odd: `icc` (profile ignored), `nan` (drawn black)."""
    if image.mode in _DEEP:
        values = np.asarray(image)
        odd: tuple[str, ...] = ("nan",) if values.dtype.kind == "f" and bool(np.isnan(values).any()) else ()
        return rgb_of_grey(_tones(image, values)), odd
    width, height = image.size
    pixels, odd = np.empty((height, width, 3), np.uint8), ()
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        pixels[top:bottom], odd = _srgb_of_band(image.crop((0, top, width, bottom)))
    return pixels, odd


def _srgb_of_band(image: Image.Image) -> tuple[Pixels, tuple[str, ...]]:
    alpha = _alpha(image)
    image, odd = _without_profile(_opaque(image), image.info.get("icc_profile"))
    if image.mode == "L" and alpha is None:
        return rgb_of_grey(np.asarray(image)), odd
    image = image.convert("RGB")
    return np.asarray(image if alpha is None else _over_white(image, alpha)), odd


def opacity(image: Image.Image) -> Pixels:
    """(h, w, 3): white where the picture is opaque, black where it is transparent."""
    alpha = None if image.mode in _DEEP else _alpha(image)
    return rgb_of_grey(np.asarray(Image.new("L", image.size, 255) if alpha is None else alpha))


def rgb_of_grey(tones: NDArray[np.uint8]) -> Pixels:
    """(h, w) as (h, w, 3)."""
    return np.repeat(tones[:, :, None], 3, axis=2)


def _tones(image: Image.Image, values: NDArray[np.generic]) -> NDArray[np.uint8]:
    has_16_bits = image.mode.startswith("I;16") or image.format == "PPM"  # Pillow stretches a deep PGM to 16 bits
    return from_16_bits(values) if has_16_bits else from_any_range(values)


def _alpha(image: Image.Image) -> Image.Image | None:
    """As L; None where nothing is transparent."""
    if not image.has_transparency_data:
        return None
    if image.mode not in ("LA", "RGBA"):
        image = image.convert("LA" if image.mode == "La" else "RGBA")
    alpha = image.getchannel("A")
    return None if alpha.getextrema() == (255, 255) else alpha


def _opaque(image: Image.Image) -> Image.Image:
    """The colours alone, as L, RGB or CMYK."""
    if image.mode in ("L", "RGB", "CMYK"):
        return image
    if image.mode in ("1", "LA"):
        return image.convert("L")
    if image.mode == "La":
        return image.convert("LA").convert("L")
    if image.has_transparency_data:
        return (image if image.mode == "RGBA" else image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _without_profile(image: Image.Image, profile: object) -> tuple[Image.Image, tuple[str, ...]]:
    """`image` after the transform to sRGB that its profile asks for."""
    if not profile or not isinstance(profile, bytes):
        return image, ()
    from lookalike.pixels.icc import ProfileError, to_srgb

    try:
        return to_srgb(image, profile), ()
    except ProfileError:
        return image, ("icc",)


def _over_white(image: Image.Image, alpha: Image.Image) -> Image.Image:
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=alpha)
    return page
