"""Pixels as a tower of pictures takes them: resized and cut by Pillow, as the models were trained."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.models.towers.recipe import Resample, Seeing
from lookalike.types import Pixels

LONGEST: Final = 8
"""Times as long as wide, beyond which the ends of a picture are cut before it is resized."""
_FILTERS: Final[dict[Resample, Image.Resampling]] = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}


def picture_input(pixels: Pixels, seeing: Seeing) -> NDArray[np.float32] | NDArray[np.float16]:
    """(1, 3, h, w), in the type that the graph takes."""
    pixels = pixels if seeing.resize == "squash" else _middle(pixels)
    image = Image.fromarray(pixels).resize(_resized(pixels, seeing), _FILTERS[seeing.resample])
    levels = np.asarray(_cut(image, seeing), np.float32) * np.float32(seeing.scale)
    normal = (levels - np.array(seeing.mean, np.float32)) / np.array(seeing.std, np.float32)
    planes = np.ascontiguousarray(normal.transpose(2, 0, 1)[None], np.float32)
    return planes.astype(np.float16) if seeing.half else planes


def _middle(pixels: Pixels) -> Pixels:
    """The middle of a strip: what is cut away at the end need not be resized, which may take gigabytes."""
    height, width = pixels.shape[:2]
    most = LONGEST * min(height, width)
    top, left = max(0, (height - most) // 2), max(0, (width - most) // 2)
    return np.ascontiguousarray(pixels[top : top + most, left : left + most])


def _resized(pixels: Pixels, seeing: Seeing) -> tuple[int, int]:
    """(w, h): rounded down, as torchvision and transformers do."""
    height, width = pixels.shape[:2]
    if seeing.resize == "squash":
        return seeing.size[1], seeing.size[0]
    if width <= height:
        return seeing.shorter, int(seeing.shorter * height / width)
    return int(seeing.shorter * width / height), seeing.shorter


def _cut(image: Image.Image, seeing: Seeing) -> Image.Image:
    height, width = seeing.size
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))
