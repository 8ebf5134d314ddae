from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import graycomatrix, graycoprops

from lookalike.describe.glcm import DIRECTIONS, LEVELS, GreyLevelCooccurrence, cooccurrences, statistics
from lookalike.describe.reduced import reduced_grey
from lookalike.types import Picture

ANGLES = (0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
"""Of scikit-image, for each of our directions."""


@pytest.mark.parametrize("distance", [1, 2, 4])
def test_pairs_are_counted_as_by_scikit_image(distance: int, photos: list[Picture]) -> None:
    levels = (reduced_grey(photos[0]) >> 4).astype(np.uint8)
    ours = cooccurrences(levels, [distance])
    # Its diagonals are rounded to whole px away from 0 only at small distances: give them their length.
    for way, angle, found in zip(DIRECTIONS, ANGLES, ours, strict=True):
        length = distance * np.hypot(*way)
        theirs = graycomatrix(levels, [length], [angle], LEVELS, symmetric=True, normed=True)
        np.testing.assert_allclose(found, theirs[:, :, 0, 0], atol=1e-9)


def test_statistics_are_those_of_scikit_image_but_for_their_scale(photos: list[Picture]) -> None:
    levels = (reduced_grey(photos[1]) >> 4).astype(np.uint8)
    pairs = cooccurrences(levels, [1])[0]
    matrix = pairs[:, :, None, None]
    contrast, dissimilarity, homogeneity, energy, entropy, correlation = statistics(pairs[None])[0]
    widest = LEVELS - 1
    assert (contrast * widest) ** 2 == pytest.approx(graycoprops(matrix, "contrast").item())
    assert dissimilarity * widest == pytest.approx(graycoprops(matrix, "dissimilarity").item())
    assert homogeneity == pytest.approx(graycoprops(matrix, "homogeneity").item())
    assert energy == pytest.approx(graycoprops(matrix, "energy").item())
    assert correlation == pytest.approx(graycoprops(matrix, "correlation").item())
    assert entropy * 2 * np.log2(LEVELS) == pytest.approx(-(pairs[pairs > 0] * np.log2(pairs[pairs > 0])).sum())


def test_a_flat_picture_is_without_contrast_and_fully_ordered() -> None:
    flat = Picture(np.full((40, 40, 3), 130, np.uint8), (40, 40))
    row = GreyLevelCooccurrence(distances=(1,)).describe([flat])[0]
    np.testing.assert_allclose(row, [0, 0, 1, 1, 0, 1, *[0] * 6], atol=1e-6)


def test_upright_stripes_differ_by_direction() -> None:
    stripes = np.where(np.arange(128) % 2, 255, 0).astype(np.uint8)
    pixels = np.ascontiguousarray(np.broadcast_to(stripes[None, :, None], (128, 128, 3)))
    row = GreyLevelCooccurrence(distances=(1,)).describe([Picture(pixels, (128, 128))])[0]
    assert row[6] == pytest.approx(1)  # contrast: all of it across, none down


@pytest.mark.parametrize("distances", [(), (0,), (33,)])
def test_distances_that_do_not_fit_are_refused(distances: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="distances must be from 1 to 32"):
        GreyLevelCooccurrence(distances=distances)
