"""Sums over every window of an image, without rounding: what lighting did to each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.correlation import Plane, correlate

FLAT = 0.25
"""Sum of squares, without the mean, below which whole numbers are all the same: one that differs makes it 1/2."""
Mask = NDArray[np.bool_]
"""(th, tw) which pixels of a template count."""


@dataclass(frozen=True, eq=False)
class Windows:
    """(h', w', c) sums of values and (h', w') sums of squares of all channels; `count` pixels of each window count."""

    sums: NDArray[np.int32] | NDArray[np.float64]
    squares: NDArray[np.float64]
    count: int

    @property
    def shape(self) -> tuple[int, int]:
        """Of a response."""
        return self.squares.shape[0], self.squares.shape[1]

    @cached_property
    def variance(self) -> NDArray[np.float64]:
        """(h', w') sums of squares without the mean of each channel; 0 exactly where a window is flat."""
        of_sums = cv2.multiply(self.sums, self.sums, dtype=cv2.CV_64F).reshape(self.sums.shape)
        one = of_sums[..., 0] if of_sums.shape[2] == 1 else of_sums.sum(axis=2)
        found = np.asarray(cv2.addWeighted(self.squares, 1.0, one, -1.0 / self.count, 0.0))
        if found.min() < FLAT:
            found[found < FLAT] = 0
        return found


def windows(image: Plane, size: tuple[int, int], mask: Mask | None = None) -> Windows:
    """Of `size` (th, tw); with a mask over its pixels alone."""
    return _boxes(image, size) if mask is None else _masked(image, mask)


def _boxes(image: Plane, window: tuple[int, int]) -> Windows:
    """By running sums of integers."""
    height, width = window
    # Sums of 8 bits overflow 32 where a window has over 8 Mpx.
    whole = cv2.CV_32S if height * width < 2**23 else cv2.CV_64F
    inside = np.s_[: image.shape[0] - height + 1, : image.shape[1] - width + 1]
    size, first = (width, height), (0, 0)
    sums = cv2.boxFilter(image, whole, size, anchor=first, normalize=False).reshape(image.shape)[inside]
    squares = _sums_of_squares(image, size).reshape(image.shape)[inside]
    return Windows(sums, squares[..., 0] if squares.shape[2] == 1 else squares.sum(axis=2), height * width)


def _sums_of_squares(image: Plane, size: tuple[int, int]) -> NDArray[np.float64]:
    """As float64, whole numbers; OpenCV's own filter counts in 32 bits, which overflow in large windows."""
    first = (0, 0)
    if size[0] * size[1] * 255**2 < 2**31:
        return np.asarray(cv2.sqrBoxFilter(image, cv2.CV_64F, size, anchor=first, normalize=False))
    squares = cv2.multiply(image, image, dtype=cv2.CV_32F)  # of 16 bits it would count in 32 bits too
    return np.asarray(cv2.boxFilter(squares, cv2.CV_64F, size, anchor=first, normalize=False))


def _masked(image: Plane, mask: Mask) -> Windows:
    """By correlation with the mask; whole numbers come out of it, but for the last digits that rounding removes."""
    weights = mask.astype(np.float64)[:, :, None]
    values = [correlate(image[:, :, at : at + 1], weights) for at in range(image.shape[2])]
    of_squares = correlate(np.square(image, dtype=np.float64).sum(axis=2, keepdims=True), weights)
    return Windows(np.rint(np.stack(values, axis=2)), np.rint(of_squares), int(mask.sum()))
