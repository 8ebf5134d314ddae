"""The sum of products of a template and every window of an image, in double precision.

The image is transformed in overlapping squares; the template only once [Oppenheim & Schafer, Discrete-time signal
processing, overlap-save]. Single precision would lose windows of little contrast beside much: their share of the error
is that of the whole square.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

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

SIDES = (600, 960, 1440, 2560)
"""px of a side of the squares; of lengths about these a transform costs least a pixel."""
TIMES = 2.8
"""A square is at least so many times as long as the template."""


Place = tuple[slice, slice]
"""Rows and columns of a response."""


def correlate(image: NDArray[Any], kernel: Values, threads: int = 1) -> Values:
    """(h - th + 1, w - tw + 1) of (h, w, c) and (th, tw, c), summed over channels."""
    height, width = (image.shape[axis] - kernel.shape[axis] + 1 for axis in (0, 1))
    found = np.empty((height, width))
    rows, columns = (_side(image.shape[axis], kernel.shape[axis]) for axis in (0, 1))
    of_kernel = [_transformed(kernel[:, :, channel], rows, columns) for channel in range(kernel.shape[2])]

    def fill(place: Place) -> None:
        down, across = place
        part = image[down.start : down.start + rows, across.start : across.start + columns]
        summed = sum(
            cv2.mulSpectrums(_transformed(part[:, :, channel], rows, columns), other, 0, conjB=True)
            for channel, other in enumerate(of_kernel)
        )
        back = cv2.dft(summed, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
        found[place] = back[: down.stop - down.start, : across.stop - across.start]

    in_threads(fill, _squares(found.shape, (rows - kernel.shape[0] + 1, columns - kernel.shape[1] + 1)), threads)
    return found


def in_threads(work: Callable[[T], R], items: Iterable[T], threads: int) -> list[R]:
    """Of each item, in order; in this thread alone where one is enough."""
    several = list(items)
    if threads == 1 or len(several) == 1:
        return [work(item) for item in several]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, several))


def _side(length: int, of_kernel: int) -> int:
    """Of a square: no longer than the image needs."""
    whole = cv2.getOptimalDFTSize(length)
    return int(min(whole, next((side for side in SIDES if side >= TIMES * of_kernel), whole)))


def _transformed(part: NDArray[Any], rows: int, columns: int) -> Values:
    padded = np.zeros((rows, columns))
    padded[: part.shape[0], : part.shape[1]] = part
    spectrum: Values = cv2.dft(padded, nonzeroRows=part.shape[0])
    return spectrum


def _squares(shape: tuple[int, ...], step: tuple[int, int]) -> Iterator[Place]:
    """Rows and columns that cover a response."""
    for top in range(0, shape[0], step[0]):
        for left in range(0, shape[1], step[1]):
            yield slice(top, min(top + step[0], shape[0])), slice(left, min(left + step[1], shape[1]))
