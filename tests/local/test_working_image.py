from __future__ import annotations

import numpy as np

from lookalike.local.working_image import working
from lookalike.types import Picture


def test_px_of_the_working_picture_and_of_the_original_have_edges_in_common() -> None:
    work = working(Picture(np.zeros((400, 800, 3), np.uint8), (1600, 800)), 200)
    assert work.grey.shape == (100, 200)
    np.testing.assert_allclose(
        work.to_original(np.array([[-0.5, -0.5], [199.5, 99.5]])), [[-0.5, -0.5], [1599.5, 799.5]]
    )
    there = np.array([[3.0, 7.0], [120.25, 55.5]])
    np.testing.assert_allclose(work.from_original(work.to_original(there)), there, atol=1e-4)
    assert work.scale == 8


def test_a_small_picture_is_not_enlarged_and_a_thin_one_keeps_a_px() -> None:
    assert working(Picture(np.zeros((30, 40, 3), np.uint8), (40, 30)), 640).grey.shape == (30, 40)
    assert working(Picture(np.zeros((10, 20_000, 3), np.uint8), (20_000, 10)), 640).grey.shape == (1, 640)
    assert working(Picture(np.zeros((1, 1, 3), np.uint8), (1, 1)), 640).grey.shape == (1, 1)


def test_a_picture_decoded_at_a_fraction_has_the_same_working_size() -> None:
    whole = working(Picture(np.zeros((800, 1200, 3), np.uint8), (1200, 800)), 300)
    half = working(Picture(np.zeros((400, 600, 3), np.uint8), (1200, 800)), 300)
    assert whole.grey.shape == half.grey.shape
    np.testing.assert_array_equal(whole.ratio, half.ratio)
