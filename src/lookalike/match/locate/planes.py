"""Pictures as a template search sees them, and its places back in px of the original."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.locate.correlation import Plane
from lookalike.pixels.limits import Limits, check_size
from lookalike.pixels.resize import resize
from lookalike.types import Picture, Placement

Number = TypeVar("Number", np.uint8, np.float32)


def planes(picture: Picture, colour: bool, level: int = 0) -> Plane:
    """(h, w, 3) in colour, else (h, w, 1) of luma; halved `level` times; kept with the picture for the next search."""
    if level:
        return picture.plane(("template", colour, level), lambda _: halved(planes(picture, colour, level - 1)))
    return np.ascontiguousarray(picture.pixels) if colour else picture.plane("luma", _luma)


def halved(plane: NDArray[Number]) -> NDArray[Number]:
    """Means of two by two, (h, w) or (h, w, c); an odd last row or column is left out."""
    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    half = cv2.resize(plane[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(half, plane.dtype).reshape(height, width, *plane.shape[2:])


def at_scale_of(image: Picture, template: Picture) -> Picture:
    """The template with as many px to one of its original as the image has: either may be decoded at a fraction.

    Raises `BadPicture`, `too_large`, where that would be more than is decoded of any picture.
    """
    (height, width), (across, down) = image.pixels.shape[:2], image.size
    size = (max(1, round(template.size[0] * width / across)), max(1, round(template.size[1] * height / down)))
    if size == template.pixels.shape[1::-1]:
        return template
    check_size(size, Limits().pixels)
    return Picture(resize(template.pixels, size), template.size)


def scaled_to(image: Picture, found: Sequence[Placement]) -> tuple[Placement, ...]:
    """In px of the original, where the picture was decoded at a fraction of it."""
    across, down = image.size[0] / image.pixels.shape[1], image.size[1] / image.pixels.shape[0]
    return tuple(
        replace(one, box=(one.box[0] * across, one.box[1] * down, one.box[2] * across, one.box[3] * down))
        for one in found
    )


def _luma(pixels: Plane) -> Plane:
    grey = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.uint8)[:, :, None]
