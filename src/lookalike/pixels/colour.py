"""A decoded picture of any mode as sRGB pixels."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from lookalike.pixels.tones import from_16_bits, from_any_range
from lookalike.types import Pixels

_BAND: Final = 2**20
"""px that are converted at a time: each step of the way to RGB takes 4 bytes a px."""
DEEP: Final = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
"""Modes of one channel of more than 8 bits."""

SOLID: Final = 250
"""Alpha out of 255 from which on a px counts as opaque."""
NEARLY: Final = 16
"""Levels out of 255 by which a colour must differ from the ground to be seen on it."""
Ground: TypeAlias = Literal["white", "black"]
HIDDEN: Final = 0.02
"""A picture of which no more than this share is seen on white is laid over black."""


def srgb(image: Image.Image) -> tuple[Pixels, tuple[str, ...]]:
    """(h, w, 3) in sRGB, alpha over a ground that shows it, and what was odd: `icc` (profile ignored), `nan`."""
    if image.mode in DEEP:
        values = np.asarray(image)
        odd: tuple[str, ...] = ("nan",) if values.dtype.kind == "f" and bool(np.isnan(values).any()) else ()
        return rgb_of_grey(_tones(image, values)), odd
    pixels, odd, contrasts = _on_ground(image, "white")
    seen = contrasts[NEARLY + 1 :].sum() > HIDDEN * contrasts.sum()
    if seen or not contrasts.any():
        return pixels, odd
    levels = np.arange(256)
    on_black, _, contrasts_on_black = _on_ground(image, "black")
    return on_black if contrasts_on_black @ levels > contrasts @ levels else pixels, odd


def _on_ground(image: Image.Image, ground: Ground) -> tuple[Pixels, tuple[str, ...], NDArray[np.int64]]:
    """A band at a time: the picture, what was odd, and, where it has alpha, how it differs from the ground.

    That is (256,) how many of the pixels that are not wholly transparent do so by each number of levels.
    """
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    odd: tuple[str, ...] = ()
    contrasts = np.zeros(256, np.int64)
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        band = image.crop((0, top, width, bottom))
        alpha = _alpha(band)
        colours, odd = _colours(band)
        if alpha is not None:
            colours = _over(ground, colours.convert("RGB"), alpha)
        if image.has_transparency_data:
            contrasts += _contrasts(colours.convert("RGB"), ground, alpha)
        grey = colours.mode == "L"
        pixels[top:bottom] = rgb_of_grey(np.asarray(colours)) if grey else np.asarray(colours.convert("RGB"))
    return pixels, odd, contrasts


def _colours(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """Colours of an image in sRGB, alpha aside."""
    return _without_profile(_opaque(image), image.info.get("icc_profile"))


def opacity(image: Image.Image) -> Pixels:
    """(h, w, 3): white where the picture is opaque, black where it is transparent."""
    alpha = None if image.mode in DEEP else _alpha(image)
    return rgb_of_grey(np.asarray(Image.new("L", image.size, 255) if alpha is None else alpha))


def alpha_of(image: Image.Image) -> NDArray[np.uint8] | None:
    """(h, w) how opaque the picture is, 0 to 255, a band at a time; None where it is so everywhere, or nowhere."""
    if image.mode in DEEP or not image.has_transparency_data:
        return None
    width, height = image.size
    levels = np.full((height, width), 255, np.uint8)
    counts = np.zeros(256, np.int64)
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        alpha = _alpha(image.crop((0, top, width, bottom)))
        if alpha is not None:
            levels[top:bottom] = np.asarray(alpha)
            counts += np.array(alpha.histogram(), np.int64)
        else:
            counts[255] += (bottom - top) * width
    if not counts[:255].any() or counts[SOLID:].sum() <= HIDDEN * counts.sum():
        return None
    return levels


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


def _over(ground: Ground, image: Image.Image, alpha: Image.Image) -> Image.Image:
    page = Image.new("RGB", image.size, ground)
    page.paste(image, mask=alpha)
    return page


def _contrasts(page: Image.Image, ground: Ground, alpha: Image.Image | None) -> NDArray[np.int64]:
    red, green, blue = (ImageChops.invert(page) if ground == "white" else page).split()
    furthest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return np.array(furthest.histogram(alpha), np.int64)
