"""The one reduced picture that the describers of this room look at: reducing it is most of what they cost."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.planes import small_grey
from lookalike.pixels.resize import resize
from lookalike.types import Picture, Pixels

SIDE: Final = 128
"""px of the square. Whatever its size, a picture is compared at one resolution."""


def reduced(picture: Picture, width: int = SIDE, height: int = SIDE) -> Pixels:
    """(height, width, 3), at most SIDE each."""
    square = picture.plane("reduced", _reduced)
    return resize(square, (width, height))


def reduced_grey(picture: Picture) -> NDArray[np.uint8]:
    """(SIDE, SIDE)"""
    return small_grey(picture, SIDE, SIDE)


def _reduced(pixels: Pixels) -> Pixels:
    """(SIDE, SIDE, 3): halved to less than four times that, then to twice, then halved.

    That every px has about the same weight takes a third of the time that exactly the same would.
    """
    while max(pixels.shape[:2]) >= 4 * SIDE:
        pixels = _halved(pixels)
    if min(pixels.shape[:2]) < 2 * SIDE:
        return resize(pixels, (SIDE, SIDE))
    twice = cv2.resize(pixels, (2 * SIDE, 2 * SIDE), interpolation=cv2.INTER_LINEAR)  # below half, each px counts
    return np.asarray(cv2.resize(twice, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _halved(pixels: Pixels) -> Pixels:
    """Each axis that is long enough; a last px without a second counts twice."""
    down, across = (2 if side >= 4 * SIDE else 1 for side in pixels.shape[:2])
    height, width = -(-pixels.shape[0] // down), -(-pixels.shape[1] // across)
    below, beside = height * down - pixels.shape[0], width * across - pixels.shape[1]
    if below or beside:
        pixels = np.asarray(cv2.copyMakeBorder(pixels, 0, below, 0, beside, cv2.BORDER_REPLICATE), np.uint8)
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
