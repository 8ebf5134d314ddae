"""What several describers derive from a picture, each computed once a picture and read-only."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.resize import resize
from lookalike.types import Picture, Pixels


def small(picture: Picture, width: int, height: int) -> Pixels:
    """The whole picture at (height, width, 3), its proportions not kept."""
    return picture.plane(("small", width, height), lambda pixels: resize(pixels, (width, height)))


def grey(picture: Picture) -> NDArray[np.uint8]:
    """(h, w) luma [ITU-R BT.601], .299 R + .587 G + .114 B in units of 2^-15, half up.

    Exactly (9798 R + 19235 G + 3735 B + 16384) >> 15.
    """
    return picture.plane("grey", _luma)


def small_grey(picture: Picture, width: int, height: int) -> NDArray[np.uint8]:
    """(height, width) `grey` of `small`: the colours are averaged before they are weighed."""
    return picture.plane(("small_grey", width, height), lambda _: _luma(small(picture, width, height)))


def _luma(pixels: Pixels) -> NDArray[np.uint8]:
    luma: NDArray[np.uint8] = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return luma
