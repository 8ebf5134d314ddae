from __future__ import annotations

import math

import numpy as np
import pytest
from skimage.feature import local_binary_pattern

from lookalike.describe.lbp import LocalBinaryPatterns, neighbours, patterns
from lookalike.describe.reduced import reduced_grey
from lookalike.types import Picture


def slow_pattern(grey: np.ndarray, y: int, x: int, radius: int) -> int:
    """By the definition, with each neighbour interpolated between pixels in eighths."""
    points = neighbours(radius)
    brighter = []
    for point in range(points):
        down = -radius * math.sin(2 * math.pi * point / points)
        right = radius * math.cos(2 * math.pi * point / points)
        top, left = math.floor(down + 1e-9), math.floor(right + 1e-9)
        v, u = round(8 * (down - top)) / 8, round(8 * (right - left)) / 8
        value = sum(
            weight * float(grey[y + top + i, x + left + j])
            for i, j, weight in ((0, 0, (1 - v) * (1 - u)), (0, 1, (1 - v) * u), (1, 0, v * (1 - u)), (1, 1, v * u))
            if weight
        )
        brighter.append(value >= grey[y, x])
    changes = sum(brighter[at] != brighter[at - 1] for at in range(points))
    return sum(brighter) if changes <= 2 else points + 1


@pytest.mark.parametrize("radius", [1, 2, 3, 5])
def test_patterns_agree_with_a_slow_loop(radius: int) -> None:
    grey = np.random.default_rng(radius).integers(256, size=(16, 18), dtype=np.uint8)
    ours = patterns(grey, radius)
    assert ours.shape == (16 - 2 * radius, 18 - 2 * radius)
    expected = [
        [slow_pattern(grey, y, x, radius) for x in range(radius, 18 - radius)] for y in range(radius, 16 - radius)
    ]
    np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("radius", [1, 2, 3])
def test_patterns_occur_as_often_as_scikit_image_says(radius: int, photos: list[Picture]) -> None:
    points = neighbours(radius)
    for photo in photos:
        grey = reduced_grey(photo)
        theirs = local_binary_pattern(grey, points, radius, "uniform")[radius:-radius, radius:-radius]
        ours = patterns(grey, radius)
        counts = [np.bincount(found.astype(int).ravel(), minlength=points + 2) for found in (ours, theirs)]
        assert np.abs(counts[0] - counts[1]).sum() / 2 < 0.03 * ours.size


def test_a_turned_picture_has_the_same_row() -> None:
    pixels = np.random.default_rng(0).integers(256, size=(128, 128, 1), dtype=np.uint8).repeat(3, axis=2)
    pictures = [Picture(np.ascontiguousarray(np.rot90(pixels, turns)), (128, 128)) for turns in range(4)]
    rows = LocalBinaryPatterns().describe(pictures)
    np.testing.assert_allclose(rows @ rows.T, 1, atol=1e-3)


def test_light_and_contrast_do_not_matter() -> None:
    grey = np.random.default_rng(1).integers(100, size=(30, 30), dtype=np.uint8)
    np.testing.assert_array_equal(patterns(grey, 1), patterns(2 * grey + 30, 1))


def test_every_place_of_a_flat_picture_has_all_neighbours_as_bright_as_itself() -> None:
    for value in (0, 1, 254, 255):
        for radius in (1, 2, 3):
            assert (patterns(np.full((20, 20), value, np.uint8), radius) == neighbours(radius)).all()


def test_the_kinds_of_a_row_add_up_and_a_flat_picture_is_even(photos: list[Picture]) -> None:
    describer = LocalBinaryPatterns()
    assert describer._kinds(describer._shares(photos[0])).sum() == pytest.approx(1)
    flat = Picture(np.full((50, 50, 3), 90, np.uint8), (50, 50))
    np.testing.assert_allclose(describer._kinds(describer._shares(flat)), (0, 0, 0, 0, 1, 0))


@pytest.mark.parametrize("radii", [(), (0,), (1, 17)])
def test_radii_that_do_not_fit_are_refused(radii: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="radii must be from 1 to 16"):
        LocalBinaryPatterns(radii=radii)
