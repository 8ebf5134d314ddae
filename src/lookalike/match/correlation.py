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

SIDES = {256: 6.6, 384: 7.2, 640: 8.6, 960: 10.0, 1920: 12.5}
"""px of a side of the squares -> ns that one of their px takes (measured); other lengths are slower."""
ROUNDING = 1.5e-6
"""Largest error of a sum of products in single precision, by the root mean square of all of its square (measured)."""

Place = tuple[slice, slice]
"""Rows and columns of a response."""


class Scratch:
    """Arrays of one thread, written over by each product: fresh ones would have to come from the system every time."""

    def __init__(self, square: tuple[int, int], precise: Precise) -> None:
        self.part, self.spectrum, self.product = (np.zeros(square, precise) for _ in range(3))


@dataclass(frozen=True, eq=False)
class Kernel:
    """(th, tw, c) to be multiplied with windows, and the (rows, columns) of the squares in which that is done."""

    values: Values
    square: tuple[int, int]

    @classmethod
    def of(cls, values: Values, shape: tuple[int, ...]) -> Kernel:
        """For an image of `shape` (h, w, ...)."""
        return cls(values, (_side(shape[0], values.shape[0]), _side(shape[1], values.shape[1])))

    def places(self, shape: tuple[int, ...]) -> Iterator[Place]:
        """Rows and columns, one square each, that cover the response of an image of `shape`."""
        height, width = (shape[axis] - self.values.shape[axis] + 1 for axis in (0, 1))
        down, across = (self.square[axis] - self.values.shape[axis] + 1 for axis in (0, 1))
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
        return Scratch(self.square, precise)

    def products(self, part: NDArray[Any], scratch: Scratch) -> Values:
        """(h', w') of one part, in double precision; valid until `scratch` is used again."""
        return self._corner(self._correlated(part, np.zeros(part.shape[2]), self._double, scratch), part.shape)

    def quick_products(self, part: Plane, scratch: Scratch) -> tuple[Response, float]:
        """The same in single precision, for a kernel without mean, and the largest error in it."""
        # What all of a part have in common adds nothing but rounding.
        common = np.rint(cv2.mean(part)[: part.shape[2]])
        whole = self._correlated(part, common, self._single, scratch)
        spread = cv2.norm(whole) / np.sqrt(whole.size)
        return self._corner(whole, part.shape), ROUNDING * spread + 255 * self._left_over

    @cached_property
    def _left_over(self) -> float:
        """What single precision leaves of a mean of 0, times the number of pixels."""
        return float(np.abs(self.values.astype(np.float32).sum(axis=(0, 1), dtype=np.float64)).sum())

    @cached_property
    def _single(self) -> list[NDArray[Any]]:
        return self._spectra(np.float32)

    @cached_property
    def _double(self) -> list[NDArray[Any]]:
        return self._spectra(np.float64)

    def _spectra(self, precise: Precise) -> list[NDArray[Any]]:
        lacking = [(0, self.square[axis] - self.values.shape[axis]) for axis in (0, 1)]
        padded = np.pad(self.values.astype(precise), (*lacking, (0, 0)))
        return [cv2.dft(np.ascontiguousarray(padded[:, :, at])) for at in range(padded.shape[2])]

    def _correlated(
        self, part: NDArray[Any], common: Values, spectra: list[NDArray[Any]], scratch: Scratch
    ) -> NDArray[Any]:
        """The whole square; (h', w') of it mean something."""
        for channel, spectrum in enumerate(spectra):
            scratch.part[part.shape[0] :] = scratch.part[:, part.shape[1] :] = 0
            inner = scratch.part[: part.shape[0], : part.shape[1]]
            np.subtract(part[:, :, channel], inner.dtype.type(common[channel]), out=inner)
            cv2.dft(scratch.part, scratch.spectrum)  # with `nonzeroRows` it would be four times as slow
            if channel == 0:
                cv2.mulSpectrums(scratch.spectrum, spectrum, 0, scratch.product, conjB=True)
            else:
                cv2.mulSpectrums(scratch.spectrum, spectrum, 0, scratch.spectrum, conjB=True)
                np.add(scratch.product, scratch.spectrum, out=scratch.product)
        return np.asarray(
            cv2.dft(scratch.product, scratch.part, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
        )

    def _corner(self, whole: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
        height, width = (shape[axis] - self.values.shape[axis] + 1 for axis in (0, 1))
        return whole[:height, :width]


def correlate(image: NDArray[Any], kernel: Values) -> Values:
    """(h - th + 1, w - tw + 1) of (h, w, c) and (th, tw, c), summed over channels, in double precision."""
    found = np.empty((image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1))
    sliding = Kernel.of(kernel, image.shape)
    scratch = sliding.scratch()
    for place in sliding.places(image.shape):
        found[place] = sliding.products(sliding.part(image, place), scratch)
    return found


def in_threads(work: Callable[[T], R], items: Iterable[T], threads: int) -> list[R]:
    """Of each item, in order; in this thread alone where one is enough."""
    several = list(items)
    if threads == 1 or len(several) == 1:
        return [work(item) for item in several]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, several))


def _side(length: int, of_kernel: int) -> int:
    """Of a square: that which costs least for each window, and no longer than the image needs."""
    whole = int(cv2.getOptimalDFTSize(length))
    sides = {side: cost for side, cost in SIDES.items() if of_kernel < side < whole}
    return min(sides, key=lambda side: sides[side] * (side / (side - of_kernel + 1)) ** 2, default=whole)
