from __future__ import annotations

import cv2
import numpy as np

from lookalike.describe.cosines import ONE, inverse, low_frequencies


def test_frequencies_are_those_of_opencv_but_for_its_scale() -> None:
    grey = np.random.default_rng(0).integers(256, size=(32, 32), dtype=np.uint8)
    scale = np.full(8, np.sqrt(2 / 32))
    scale[0] = np.sqrt(1 / 32)
    ours = low_frequencies(grey, 8) / ONE**2 * np.outer(scale, scale)
    np.testing.assert_allclose(ours, cv2.dct(grey.astype(np.float64))[:8, :8], atol=0.2)


def test_a_flat_picture_has_exactly_one_frequency() -> None:
    frequencies = low_frequencies(np.full((32, 32), 200, np.uint8), 8)
    assert np.argwhere(frequencies).tolist() == [[0, 0]]


def test_all_frequencies_together_give_the_picture_back() -> None:
    grey = np.random.default_rng(1).integers(256, size=(16, 16), dtype=np.uint8)
    np.testing.assert_allclose(inverse(low_frequencies(grey, 16), 16), grey, atol=0.5)
