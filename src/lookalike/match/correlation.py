"""The sum of products of a template without its mean and every window of an image, for one use: comparing them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
"""(h, w, c)"""
Response = NDArray[np.float32]
"""(h - th + 1, w - tw + 1), by the place of the window's upper left pixel."""

TILE = 1024
"""px of a side of the squares that are transformed in double precision."""
LEAST, MOST = 256, 1536
"""px of a side of those that are transformed in single precision: four times the template's, within these."""


@dataclass(frozen=True)
class Square:
    """Rows and columns of a response, and the contrast (standard deviation) of the image that it is of."""

    rows: slice
    columns: slice
    contrast: float


def single(image: Plane, template: NDArray[np.float64], threads: int) -> tuple[Response, list[Square]]:
    """In single precision, by squares, each of the image less its mean there.

    What is lost is in proportion to the contrast of a square, which is told as well.
    """
    kernel = template.astype(np.float32)
    height, width = image.shape[0] - template.shape[0] + 1, image.shape[1] - template.shape[1] + 1
    found = np.empty((height, width), np.float32)

    def fill(place: tuple[slice, slice]) -> Square:
        part = under(image, place, template)
        mean, deviation = cv2.meanStdDev(part)
        centred = np.subtract(part, np.rint(mean[:, 0]), dtype=np.float32)  # exact
        found[place] = cv2.matchTemplate(centred, kernel, cv2.TM_CCORR)
        return Square(*place, float(np.linalg.norm(deviation)))

    side = int(np.clip(4 * max(template.shape[:2]), LEAST, MOST))
    with ThreadPoolExecutor(threads) as pool:
        return found, list(pool.map(fill, squares(height, width, side)))


def under(image: NDArray[Any], place: tuple[slice, slice], template: NDArray[Any]) -> NDArray[Any]:
    """The part of an image that the windows at these rows and columns of a response lie on."""
    rows, columns = place
    return image[rows.start : rows.stop + template.shape[0] - 1, columns.start : columns.stop + template.shape[1] - 1]


def double(image: NDArray[np.floating] | Plane, template: NDArray[np.float64]) -> NDArray[np.float64]:
    """(h - th + 1, w - tw + 1) in double precision, by overlapping squares [Oppenheim & Schafer, overlap-save]."""
    height, width = image.shape[0] - template.shape[0] + 1, image.shape[1] - template.shape[1] + 1
    found = np.empty((height, width))
    for place in squares(height, width, TILE):
        found[place] = _whole(np.asarray(under(image, place, template), np.float64), template)
    return found


def squares(height: int, width: int, side: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of squares that cover a response."""
    for top in range(0, height, side):
        for left in range(0, width, side):
            yield slice(top, min(top + side, height)), slice(left, min(left + side, width))


def _whole(image: NDArray[np.float64], template: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy import fft

    shape = [fft.next_fast_len(length, real=True) for length in image.shape[:2]]
    of_image = fft.rfft2(image, shape, axes=(0, 1))
    of_template = fft.rfft2(template, shape, axes=(0, 1))
    summed = (of_image * of_template.conj()).sum(axis=2)
    found = fft.irfft2(summed, shape)
    height, width = image.shape[0] - template.shape[0] + 1, image.shape[1] - template.shape[1] + 1
    return np.asarray(found[:height, :width])
