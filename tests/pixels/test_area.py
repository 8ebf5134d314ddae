from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lookalike.pixels.area import cell_means, cell_means_of, summed


def slow_means(grey: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """By the definition: the overlap of each pixel with each cell, in fractions."""
    down, across = overlaps(grey.shape[0], size[1]), overlaps(grey.shape[1], size[0])
    means = np.empty(size[::-1], np.uint8)
    for y, rows in enumerate(down):
        for x, columns in enumerate(across):
            total = sum(a * b * int(grey[i, j]) for i, a in rows for j, b in columns)
            weight = sum(a * b for _, a in rows for _, b in columns)
            means[y, x] = int(total / weight + Fraction(1, 2))
    return means


def overlaps(length: int, count: int) -> list[list[tuple[int, Fraction]]]:
    """Of each cell: the pixels in it, and how much of each."""
    cells = []
    for cell in range(count):
        start, end = Fraction(cell * length, count), Fraction((cell + 1) * length, count)
        parts = [(at, min(end, Fraction(at + 1)) - max(start, Fraction(at))) for at in range(length)]
        cells.append([(at, part) for at, part in parts if part > 0])
    return cells


@pytest.mark.parametrize(("shape", "size"), [((11, 17), (8, 3)), ((5, 4), (5, 5)), ((1, 9), (2, 4)), ((12, 8), (4, 4))])
def test_means_agree_exactly_with_a_loop_over_fractions(shape: tuple[int, int], size: tuple[int, int]) -> None:
    grey = np.random.default_rng(0).integers(256, size=shape, dtype=np.uint8)
    np.testing.assert_array_equal(cell_means(summed(grey), size), slow_means(grey, size))
    np.testing.assert_array_equal(cell_means_of(grey, size), slow_means(grey, size))


def test_means_agree_with_opencv_to_one_level() -> None:
    grey = np.random.default_rng(1).integers(256, size=(375, 500), dtype=np.uint8)
    expected = cv2.resize(grey, (33, 32), interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(cell_means(summed(grey), (33, 32)) - expected).max() <= 1


def test_white_stays_white_whatever_overflows_on_the_way() -> None:
    white = np.full((2900, 2900), 255, np.uint8)  # its sum is just below 2^31
    assert summed(white).dtype == np.int32
    assert (cell_means(summed(white), (64, 63)) == 255).all()


def test_a_picture_whose_sum_needs_more_than_32_bits_has_the_same_means() -> None:
    grey = np.random.default_rng(2).integers(256, size=(2910, 2910), dtype=np.uint8)
    table = summed(grey)
    assert table.dtype == np.int64
    assert table[-1, -1] == grey.sum(dtype=np.int64)
    np.testing.assert_array_equal(cell_means(table, (2, 2)), slow_quarters(grey))
    np.testing.assert_array_equal(cell_means(table, (32, 31)), cell_means_of(grey, (32, 31)))


def slow_quarters(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    half = len(grey) // 2
    sums = grey.reshape(2, half, 2, half).sum(axis=(1, 3), dtype=np.int64)
    means: NDArray[np.uint8] = ((2 * sums + half**2) // (2 * half**2)).astype(np.uint8)
    return means
