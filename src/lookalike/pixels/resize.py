"""Pixels at another size, and where each of them lies there."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.types import Matrix, Size

FLOATS: Final = 2**22
"""Values, the most, that are averaged as floats: of more these would take too much memory."""


def resize(pixels: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """`pixels`, (h, w) or (h, w, 3), at (w, h) px without aliasing: each axis by area down, bicubic up."""
    height, width = pixels.shape[:2]
    if min(size) < 1:
        raise ValueError(f"size must be positive, not {size}")
    # One axis at a time: OpenCV's area filter turns into a linear one as soon as either axis grows.
    if (size[0] > width) != (size[1] > height):
        narrow = _resize(pixels, (min(width, size[0]), min(height, size[1])))
        return _resize(narrow, size)
    return _resize(pixels, size)


def _resize(pixels: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    if size == (width, height):
        return np.ascontiguousarray(pixels)
    if size[0] > width or size[1] > height:
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    if pixels.ndim == 2 or pixels.size > FLOATS or (width % size[0] == 0 and height % size[1] == 0):
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    # OpenCV sums bytes as floats as well, but for whole blocks of px, and takes longer where it is given bytes.
    means = cv2.resize(pixels.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.convertScaleAbs(means), np.uint8)


def scaled(x: float, y: float) -> Matrix:
    """From px of a picture to px of one that is `x` times as wide and `y` times as high: edges fall on edges."""
    return np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])


def outline(size: Size) -> NDArray[np.float64]:
    """(4, 2) outer corners of a picture of `size` (w, h), clockwise; the middle of the upper left px is (0, 0)."""
    width, height = size
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64) - 0.5


def scaling(to: Size, size: Size) -> Matrix:
    """From px of a picture of `size` (w, h) to px of it at another."""
    return scaled(to[0] / size[0], to[1] / size[1])
