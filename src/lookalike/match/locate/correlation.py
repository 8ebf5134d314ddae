"""The sum of products of a template and every window of an image.

The image is transformed in overlapping squares; the template only once [Oppenheim & Schafer, Discrete-time signal
processing, overlap-save].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
R = TypeVar("R")
Plane = NDArray[np.uint8]
"""(h, w, c)"""
Response = NDArray[np.float32]
"""(h - th + 1, w - tw + 1), by the place of the window's upper left pixel."""
Values = NDArray[np.float64]
Precise: TypeAlias = type[np.float32] | type[np.float64]

SIDES = {256: 1.05, 384: 1.0, 480: 1.06, 640: 1.2, 960: 1.75, 1152: 2.2, 1280: 2.7, 1920: 4.0}
"""px of a side of the squares -> what one of their px costs, as fitted to measured times of whole searches: larger
ones leave the cache, and other lengths are slower."""
ROUNDING = 1.5e-6
"""Largest error of a sum of products in single precision in most squares, by the root mean square of all of its square
(measured; where a template is small or a square large, single windows reach four times as much)."""

Place = tuple[slice, slice]
"""Rows and columns of a response."""


class Scratch:
    """Arrays of one thread, written over by each product: fresh ones would have to come from the system every time."""

    def __init__(self, kernel: Kernel, precise: Precise) -> None:
        self.squares, self.more = (np.empty((*kernel.square, 2), precise) for _ in range(2))
        self.response = np.empty(kernel.step, precise)


@dataclass(frozen=True, eq=False)
class Kernel:
    """(th, tw, c) to be multiplied with windows, and the (rows, columns) of the squares in which that is done.

    Two squares at a time, one above the other: as the real and the imaginary part of one they cost less.
    """

    values: Values
    square: tuple[int, int]

    @classmethod
    def of(cls, values: Values, shape: tuple[int, ...]) -> Kernel:
        """For an image of `shape` (h, w, ...)."""
        height, width = (shape[axis] - values.shape[axis] + 1 for axis in (0, 1))
        return cls(values, (_side(-(-height // 2), values.shape[0]), _side(width, values.shape[1])))

    @property
    def step(self) -> tuple[int, int]:
        """Rows and columns of windows in two squares."""
        height, width = (side - of_kernel + 1 for side, of_kernel in zip(self.square, self.values.shape, strict=False))
        return 2 * height, width

    def places(self, shape: tuple[int, ...]) -> Iterator[Place]:
        """Rows and columns, two squares each, that cover the response of an image of `shape`."""
        height, width = (shape[axis] - self.values.shape[axis] + 1 for axis in (0, 1))
        down, across = self.step
        for top in range(0, height, down):
            for left in range(0, width, across):
                yield slice(top, min(top + down, height)), slice(left, min(left + across, width))

    def part(self, image: NDArray[Any], place: Place) -> NDArray[Any]:
        """All that the windows of a place see of an image."""
        rows, columns = place
        height, width = self.values.shape[:2]
        return image[rows.start : rows.stop + height - 1, columns.start : columns.stop + width - 1]

    def scratch(self, precise: Precise = np.float64) -> Scratch:
        """For the products of one thread in this precision."""
        return Scratch(self, precise)

    def products(self, part: NDArray[Any], scratch: Scratch) -> Values:
        """(h', w') of one part, in double precision; valid until `scratch` is used again."""
        return self._response(self._correlated(part, np.zeros(part.shape[2]), self._double, scratch), part, scratch)

    def quick_products(self, part: Plane, scratch: Scratch) -> tuple[Response, float]:
        """Products of one part in single precision, for a kernel without mean, and the largest error in them."""
        # What all of a part have in common, or nearly, adds nothing but rounding.
        common = np.rint(cv2.mean(part[::8])[: part.shape[2]])
        whole = self._correlated(part, common, self._single, scratch)
        spread = cv2.norm(whole) / np.sqrt(whole.size)
        return self._response(whole, part, scratch), ROUNDING * spread + 255 * self._left_over

    @cached_property
    def _left_over(self) -> float:
        """Rest that single precision leaves of a mean of 0, times the number of pixels."""
        return float(np.abs(self.values.astype(np.float32).sum(axis=(0, 1), dtype=np.float64)).sum())

    @cached_property
    def _single(self) -> list[NDArray[Any]]:
        return self._spectra(np.float32)

    @cached_property
    def _double(self) -> list[NDArray[Any]]:
        return self._spectra(np.float64)

    def _spectra(self, precise: Precise) -> list[NDArray[Any]]:
        """(rows, columns) of each channel: the spectra to multiply with, which make an inverse transform whole too."""
        lacking = [(0, self.square[axis] - self.values.shape[axis]) for axis in (0, 1)]
        padded = np.pad(self.values / np.prod(self.square), (*lacking, (0, 0))).astype(precise)
        channels = [np.ascontiguousarray(padded[:, :, at]) for at in range(padded.shape[2])]
        return [_complex(cv2.dft(each, flags=cv2.DFT_COMPLEX_OUTPUT)).conj() for each in channels]

    def _correlated(
        self, part: NDArray[Any], common: Values, spectra: list[NDArray[Any]], scratch: Scratch
    ) -> NDArray[Any]:
        """(rows, columns, 2) of the two squares, whole; a part of them means something."""
        for channel, of_kernel in enumerate(spectra):
            squares = scratch.squares if channel == 0 else scratch.more
            self._fill(squares, part[:, :, channel], float(common[channel]))
            cv2.dft(squares, squares)
            _complex(squares)[:] *= of_kernel
            if channel > 0:
                scratch.squares += squares
        return np.asarray(cv2.dft(scratch.squares, scratch.squares, flags=cv2.DFT_INVERSE))

    def _fill(self, squares: NDArray[Any], plane: NDArray[Any], common: float) -> None:
        """With what differs from `common`; 0 where the part ends."""
        seen = np.full(squares.shape, common, plane.dtype)
        for at, square in enumerate((plane[: self.square[0]], plane[self.step[0] // 2 :])):
            seen[: square.shape[0], : square.shape[1], at] = square
        cv2.subtract(
            seen, (common, common, 0, 0), squares, dtype=cv2.CV_32F if squares.dtype == np.float32 else cv2.CV_64F
        )

    def _response(self, whole: NDArray[Any], part: NDArray[Any], scratch: Scratch) -> NDArray[Any]:
        """(h', w') the windows of the upper square over those of the lower."""
        down, across = self.step[0] // 2, self.step[1]
        cv2.split(whole[:down, :across], (scratch.response[:down], scratch.response[down:]))
        height, width = (part.shape[axis] - self.values.shape[axis] + 1 for axis in (0, 1))
        return scratch.response[:height, :width]


def correlate(image: NDArray[Any], kernel: Values) -> Values:
    """(h - th + 1, w - tw + 1) of (h, w, c) and (th, tw, c), summed over channels, in double precision."""
    found = np.empty((image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1))
    sliding = Kernel.of(kernel, image.shape)
    scratch = sliding.scratch()
    for place in sliding.places(image.shape):
        found[place] = sliding.products(sliding.part(image, place), scratch)
    return found


def in_threads(work: Callable[[T], R], items: Iterable[T], threads: int) -> list[R]:
    """Results of `work` for each item, in order; in this thread alone where one is enough."""
    several = list(items)
    if threads == 1 or len(several) == 1:
        return [work(item) for item in several]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, several))


def _complex(pairs: NDArray[Any]) -> NDArray[Any]:
    """(h, w, 2) as (h, w) of the same memory."""
    return pairs.view(np.complex64 if pairs.dtype == np.float32 else np.complex128)[..., 0]


def _side(windows: int, of_kernel: int) -> int:
    """Side of the square that costs least for each of so many windows, and is no longer than they need."""
    whole = int(cv2.getOptimalDFTSize(windows + of_kernel - 1))
    sides = {side: cost for side, cost in SIDES.items() if of_kernel < side < whole}
    return min(sides, key=lambda side: sides[side] * (side / (side - of_kernel + 1)) ** 2, default=whole)
