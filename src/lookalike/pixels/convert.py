"""Pictures of every mode that Pillow knows, as sRGB of 8 bits."""

from __future__ import annotations

import io
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from lookalike.types import Pixels

_DARKEST, _BRIGHTEST = 0.1, 99.9
"""Percentiles of float and 32-bit pictures, which have no white of their own, that become black and white."""


def to_srgb(image: Image.Image, profile: bytes | None) -> tuple[Pixels, tuple[str, ...]]:
    """(h, w, 3) pixels, alpha over white, by the embedded `profile` where it makes sense; and what was noteworthy.

    Flags: `nan` not all pixels were numbers; `icc` the profile was damaged or of another kind of picture.
    """
    if image.mode in ("F", "I") or image.mode.startswith("I;"):
        return _of_deep_grey(image)
    has_alpha = image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info
    alpha = image.convert("RGBA").getchannel("A") if has_alpha else None
    colour = _opaque(image)
    flags: tuple[str, ...] = ()
    if profile is not None:
        try:
            colour = _through_profile(colour, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            flags = ("icc",)
    rgb = _from_lab(colour) if colour.mode == "LAB" else colour.convert("RGB")
    if alpha is not None:
        white = Image.new("RGB", rgb.size, (255, 255, 255))
        rgb = Image.composite(rgb, white, alpha)
    return np.array(rgb, np.uint8, order="C"), flags


def _opaque(image: Image.Image) -> Image.Image:
    """The colours alone, in a mode that a profile can speak of."""
    if image.mode in ("LA", "La", "1"):
        return image.convert("LA").getchannel("L") if image.mode != "1" else image.convert("L")
    if image.mode in ("L", "RGB", "CMYK", "LAB"):
        return image
    return image.convert("RGBA").convert("RGB") if "A" in image.mode or "a" in image.mode else image.convert("RGB")


def _of_deep_grey(image: Image.Image) -> tuple[Pixels, tuple[str, ...]]:
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        return _grey(np.rint(values / 257.0)), ()
    numbers = np.isfinite(values)
    flags = () if numbers.all() else ("nan",)
    if not numbers.any():
        return _grey(np.zeros(values.shape)), flags
    low, high = np.percentile(values[numbers].astype(np.float64), (_DARKEST, _BRIGHTEST))
    if high <= low:
        return _grey(np.where(numbers, 127.0, 0.0)), flags
    filled = np.nan_to_num(values.astype(np.float64), nan=low, posinf=high, neginf=low)
    return _grey(np.rint((filled - low) * (255 / (high - low)))), flags


def _grey(values: NDArray[np.floating]) -> Pixels:
    levels = np.clip(values, 0, 255).astype(np.uint8)
    return np.repeat(levels[..., None], 3, axis=2)  # (h, w) -> (h, w, 3)


def _through_profile(image: Image.Image, profile: bytes) -> Image.Image:
    transform = _transform(profile, image.mode)
    if transform is None:
        return image
    return ImageCms.applyTransform(image, transform) or image


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From `profile` to sRGB; None where they are the same."""
    given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if "srgb" in ImageCms.getProfileDescription(given).lower():
        return None
    srgb = ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(given, srgb, mode, "RGB", renderingIntent=ImageCms.Intent.PERCEPTUAL)


def _from_lab(image: Image.Image) -> Image.Image:
    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(lab, srgb, "LAB", "RGB")
    return ImageCms.applyTransform(image, transform) or image
