"""Colours from the space that an embedded ICC profile describes to sRGB."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageCms

ProfileError = (ImageCms.PyCMSError, OSError, ValueError)
"""Errors that a damaged profile raises, or one of another colour space."""

_SAME: Final = 2
"""Levels out of 255 by which a profile may move a colour and still count as sRGB."""


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """`image` (L, RGB or CMYK) as RGB, by the perceptual intent; itself where the profile is sRGB's own.

    Raises one of `ProfileError` where there is no such transform.
    """
    transform = _transform(profile, image.mode)
    if transform is None:
        return image
    converted = ImageCms.applyTransform(image, transform)
    assert converted is not None  # only in place there is nothing to return
    return converted


def is_srgb(profile: bytes, mode: str) -> bool:
    """Whether a picture of `mode` (L or RGB) is shown alike with and without that profile."""
    try:
        return _transform(profile, mode) is None
    except ProfileError:
        return False


@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """None where it would change nothing: half of all photos carry sRGB's profile under some name."""
    source = ImageCms.getOpenProfile(io.BytesIO(profile))
    transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    if mode == "CMYK":
        return transform
    colours = _lattice(mode)
    moved = np.asarray(ImageCms.applyTransform(colours, transform), np.int16)
    return None if np.abs(moved - np.asarray(colours.convert("RGB"), np.int16)).max() <= _SAME else transform


def _lattice(mode: str) -> Image.Image:
    """Every 17th level of grey, or every 51st in each of three channels."""
    if mode == "L":
        return Image.fromarray(np.arange(0, 256, 17, dtype=np.uint8)[None])
    steps = np.arange(0, 256, 51, dtype=np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1)  # (6, 6, 6, 3)
    return Image.fromarray(cube.reshape(6, 36, 3))
