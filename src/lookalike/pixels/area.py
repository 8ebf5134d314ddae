"""Means over equal cells of a grey picture, by its summed-area table [Crow, Summed-Area Tables, SIGGRAPH 1984]."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.types import Size

SUMMED: Final = 2**31 // 255
"""px from which on sums do not fit in 32 bits."""


def cell_means_of(grey: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    """`cell_means` of a picture without its table, which takes eight bytes a px where the picture is large."""
    width, height = size
    if grey.shape[1] > grey.shape[0]:  # the longer side first, so that little is left in eight bytes
        return _means(_sums_of(_sums_of(grey.T, width).T, height), grey.size)
    return _means(_sums_of(_sums_of(grey, height).T, width).T, grey.size)


def summed(grey: NDArray[np.uint8]) -> NDArray[np.int32] | NDArray[np.int64]:
    """(h + 1, w + 1): the sum of all that lies above and to the left."""
    if grey.size <= SUMMED:
        return np.asarray(cv2.integral(grey, sdepth=cv2.CV_32S), np.int32)
    return np.asarray(cv2.integral(grey, sdepth=cv2.CV_64F), np.int64)


def cell_means(table: NDArray[np.int32] | NDArray[np.int64], size: Size) -> NDArray[np.uint8]:
    """(h, w) mean of each cell of the picture with that table, half up; a pixel on an edge counts by its parts.

    In integers throughout, so that every machine finds the same. Cells may be smaller than pixels.
    """
    width, height = size
    return _means(_sums(_sums(table, height).T, width).T, (table.shape[0] - 1) * (table.shape[1] - 1))


def _means(sums: NDArray[Any], area: int) -> NDArray[np.uint8]:
    """Means from sums in units of one cell's share of a px."""
    means: NDArray[np.uint8] = ((2 * sums.astype(np.int64) + area) // (2 * area)).astype(np.uint8)
    return means


def _sums_of(values: NDArray[Any], count: int) -> NDArray[np.int64]:
    """(count, ...) sum of the rows over each of so many equal parts of them, times `count`."""
    row, part = np.divmod(np.arange(count + 1) * len(values), count)
    sums = np.stack([values[a:b].sum(axis=0, dtype=np.int64) for a, b in pairwise(row.tolist())]) * count
    cut = part[:, None] * values[np.minimum(row, len(values) - 1)].astype(np.int64)
    return np.asarray(sums + cut[1:] - cut[:-1])


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
