from __future__ import annotations

import numpy as np

from lookalike.describe.reduced import SIDE, reduced
from lookalike.types import Picture


def test_a_reduced_picture_holds_the_means_of_blocks() -> None:
    pixels = np.random.default_rng(0).integers(256, size=(2 * SIDE, 4 * SIDE, 3), dtype=np.uint8)
    means = pixels.reshape(16, 2 * SIDE // 16, 16, 4 * SIDE // 16, 3).mean(axis=(1, 3))
    assert np.abs(reduced(Picture(pixels, (4 * SIDE, 2 * SIDE)), 16, 16) - means).max() <= 1


def test_a_size_may_differ_each_way(photos: list[Picture]) -> None:
    assert reduced(photos[0]).shape == (SIDE, SIDE, 3)
    assert reduced(photos[0], 9, 8).shape == (8, 9, 3)
