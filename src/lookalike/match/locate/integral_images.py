"""Sums over every window of an image, without rounding: what lighting did to each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.locate.correlation import Plane, correlate

FLAT = 0.25
"""Sum of squares, without the mean, below which whole numbers are all the same: one that differs makes it 1/2."""
Mask = NDArray[np.bool_]
"""(th, tw) which pixels of a template count."""
Sums = NDArray[np.int32] | NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Windows:
    """(h', w', c) sums of values and (h', w') sums of squares of all channels; `count` pixels of each window count."""

    sums: Sums
    squares: NDArray[np.float64]
    count: int

    def strip(self, rows: slice) -> Windows:
        """Windows of some rows."""
        return Windows(self.sums[rows], self.squares[rows], self.count)

    @cached_property
    def variance(self) -> NDArray[np.float64]:
        """(h', w') sums of squares without the mean of each channel; 0 exactly where a window is flat."""
        of_sums = cv2.multiply(self.sums, self.sums, scale=1 / self.count, dtype=cv2.CV_64F).reshape(self.sums.shape)
        found = np.subtract(self.squares, _of_all(of_sums))
        if found.min() < FLAT:
            found[found < FLAT] = 0
        return found


@dataclass(frozen=True, eq=False)
class Running:
    """Sums from the upper left corner of an image on, (h + 1, w + 1, c), and (h + 1, w + 1) of squares.

    Four corners tell that of a window (th, tw) [Crow, Summed-area tables, SIGGRAPH 1984].
    """

    sums: Sums
    squares: NDArray[np.float64]
    window: tuple[int, int]

    def strip(self, rows: slice) -> Windows:
        """The windows of some rows."""
        return Windows(self._apart(self.sums, rows), self._apart(self.squares, rows), math.prod(self.window))

    def _apart(self, running: Any, rows: slice) -> Any:
        height, width = self.window
        first, last, _ = rows.indices(len(running) - height)
        of_rows = running[first + height : last + height] - running[first:last]
        return of_rows[:, width:] - of_rows[:, :-width]


class Slider:
    """Windows of one size (th, tw), with a mask of its pixels alone, of one image after the other.

    Arrays are written over by the next image: fresh ones would have to come from the system every time.
    """

    def __init__(self, size: tuple[int, int], mask: Mask | None = None) -> None:
        self._size, self._mask = size, mask
        self._sums: Any = None
        self._squares: Any = None

    def windows(self, image: Plane) -> Windows | Running:
        """Windows of (h, w, c); valid until the next call."""
        if self._mask is not None:
            return _masked(image, self._mask)
        return self._boxes(image) if math.prod(self._size) * 255**2 < 2**31 else self._running(image)

    def _boxes(self, image: Plane) -> Windows:
        """Windows whose squares OpenCV's filter can count: it does in 32 bits."""
        height, width = self._size
        inside = np.s_[: image.shape[0] - height + 1, : image.shape[1] - width + 1]
        size, first = (width, height), (0, 0)
        self._sums = cv2.boxFilter(image, cv2.CV_32S, size, self._sums, first, normalize=False)
        self._squares = cv2.sqrBoxFilter(image, cv2.CV_64F, size, self._squares, first, normalize=False)
        sums, squares = (each.reshape(image.shape)[inside] for each in (self._sums, self._squares))
        return Windows(sums, _of_all(squares), height * width)

    def _running(self, image: Plane) -> Running:
        # 32 bits may run over: the difference is right again, unless a window itself has over 8 Mpx.
        whole = cv2.CV_32S if math.prod(self._size) < 2**23 else cv2.CV_64F
        self._sums, self._squares = cv2.integral2(image, self._sums, self._squares, whole, cv2.CV_64F)
        sums, squares = (each.reshape(*each.shape[:2], -1) for each in (self._sums, self._squares))
        return Running(sums, _of_all(squares), self._size)


def _masked(image: Plane, mask: Mask) -> Windows:
    """By correlation with the mask; whole numbers come out of it, but for the last digits that rounding removes."""
    weights = mask.astype(np.float64)[:, :, None]
    values = [correlate(image[:, :, at : at + 1], weights) for at in range(image.shape[2])]
    of_squares = correlate(np.square(image, dtype=np.float64).sum(axis=2, keepdims=True), weights)
    return Windows(np.rint(np.stack(values, axis=2)), np.rint(of_squares), int(mask.sum()))


def _of_all(channels: NDArray[np.float64]) -> NDArray[np.float64]:
    """(h, w) their sum."""
    return channels[..., 0] if channels.shape[2] == 1 else np.asarray(channels.sum(axis=2))
