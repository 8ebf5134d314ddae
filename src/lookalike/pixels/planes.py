"""Planes that several describers derive from a picture, each computed once a picture and read-only."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.area import SUMMED, cell_means, cell_means_of, summed
from lookalike.pixels.resize import resize
from lookalike.types import Picture, Pixels, Size


def small(picture: Picture, width: int, height: int) -> Pixels:
    """The whole picture at (height, width, 3), its proportions not kept."""
    return picture.plane(("small", width, height), lambda pixels: resize(pixels, (width, height)))


def grey(picture: Picture) -> NDArray[np.uint8]:
    """(h, w) luma [ITU-R BT.601], .299 R + .587 G + .114 B in units of 2^-15, half up.

    Exactly (9798 R + 19235 G + 3735 B + 16384) >> 15.
    """
    return picture.plane("grey", _luma)


def small_grey(picture: Picture, width: int, height: int) -> NDArray[np.uint8]:
    """(height, width) of the whole `grey`, its proportions not kept: each axis by exact means down, bicubic up."""
    return picture.plane(("small_grey", width, height), lambda _: _reduced(picture, (width, height)))


def _reduced(picture: Picture, size: Size) -> NDArray[np.uint8]:
    height, width = picture.pixels.shape[:2]
    cells = (min(size[0], width), min(size[1], height))
    if height * width > SUMMED:
        return resize(cell_means_of(grey(picture), cells), size)
    table = picture.plane("summed grey", lambda _: summed(grey(picture)))
    return resize(cell_means(table, cells), size)


def _luma(pixels: Pixels) -> NDArray[np.uint8]:
    luma: NDArray[np.uint8] = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return luma
