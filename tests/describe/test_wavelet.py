from __future__ import annotations

import numpy as np

from lookalike.describe.wavelet import StrongestWavelets, haar, unhaar
from lookalike.types import Picture


def test_the_transform_is_orthonormal_and_comes_back() -> None:
    plane = np.random.default_rng(0).normal(size=(16, 16))
    transform = haar(plane)
    assert np.isclose(np.linalg.norm(transform), np.linalg.norm(plane))
    np.testing.assert_allclose(unhaar(transform), plane, atol=1e-12)


def test_the_transform_is_that_of_its_definition() -> None:
    top_left, top_right, bottom_left, bottom_right = plane = np.array([7.0, 1, 2, 4])
    expected = [
        [plane.sum() / 2, (top_left - top_right + bottom_left - bottom_right) / 2],
        [
            (top_left + top_right - bottom_left - bottom_right) / 2,
            (top_left - top_right - bottom_left + bottom_right) / 2,
        ],
    ]
    np.testing.assert_allclose(haar(plane.reshape(2, 2)), expected)


def test_a_row_holds_the_signs_of_the_strongest(photos: list[Picture]) -> None:
    row = StrongestWavelets(kept=20).describe([photos[0]])[0].reshape(3, 16, 16)
    assert (np.count_nonzero(row, axis=(1, 2)) - [1, 0, 0]).tolist() == [20, 20, 20]  # and flatness
    assert len(np.unique(np.abs(row[0].ravel()[1:]).round(6))) == 2


def test_a_picture_without_colour_has_wavelets_of_light_alone(photos: list[Picture]) -> None:
    grey = np.repeat(photos[0].pixels[:, :, 1:2], 3, axis=2)
    row = StrongestWavelets().describe([Picture(grey, photos[0].size)])[0].reshape(3, 16, 16)
    assert row[0].any()
    assert not row[1:].any()
