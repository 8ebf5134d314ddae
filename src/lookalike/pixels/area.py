"""Means over equal cells of a grey picture, by its summed-area table [Crow, Summed-Area Tables, SIGGRAPH 1984]."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.types import Size


def summed(grey: NDArray[np.uint8]) -> NDArray[np.int32] | NDArray[np.int64]:
    """(h + 1, w + 1): the sum of all that lies above and to the left."""
    if 255 * grey.size < 2**31:
        return np.asarray(cv2.integral(grey, sdepth=cv2.CV_32S), np.int32)
    return np.asarray(cv2.integral(grey, sdepth=cv2.CV_64F), np.int64)


def cell_means(table: NDArray[np.int32] | NDArray[np.int64], size: Size) -> NDArray[np.uint8]:
    """(h, w) mean of each cell of the picture with that table, half up; a pixel on an edge counts by its parts.

    In integers throughout, so that every machine finds the same. Cells may be smaller than pixels.
    """
    width, height = size
    sums = _sums(_sums(table, height).T, width).T  # in units of 1 / (width * height) px
    area = (table.shape[0] - 1) * (table.shape[1] - 1)
    means: NDArray[np.uint8] = ((2 * sums.astype(np.int64) + area) // (2 * area)).astype(np.uint8)
    return means


def _sums(table: NDArray[Any], count: int) -> NDArray[Any]:
    """(count, ...) increase of the table over each of so many equal parts of its rows, times `count`.

    A sum is never larger than the table's last value, so that what overflows on the way comes back in the difference.
    """
    length = len(table) - 1
    row, part = np.divmod(np.arange(count + 1) * length, count)
    upto, further = table[row], table[np.minimum(row + 1, length)]
    further -= upto
    further *= part[:, None].astype(table.dtype)
    upto *= count
    upto += further
    upto[1:] -= upto[:-1].copy()
    return upto[1:]
