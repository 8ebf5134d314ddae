from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import hog

from lookalike.describe.hog import OrientedGradients
from lookalike.describe.reduced import SIDE, reduced_grey
from lookalike.types import Picture


def test_rows_correlate_with_scikit_image_which_does_not_share_out_between_cells(photos: list[Picture]) -> None:
    for photo in photos:
        ours = OrientedGradients().describe([photo])[0][:-1].reshape(7, 7, 2, 2, 9)
        ours = ours.transpose(1, 0, 3, 2, 4)  # by row, then column
        theirs = hog(reduced_grey(photo), 9, (16, 16), (2, 2), "L2-Hys", feature_vector=False)
        # Gradients of 0 to 20 degrees come first in both; the sign of the vertical axis is the other way round.
        best = max(np.corrcoef(ours.ravel(), turned.ravel())[0, 1] for turned in (theirs, theirs[..., ::-1]))
        assert best > 0.7


def test_edges_are_found_where_they_are() -> None:
    pixels = np.full((SIDE, SIDE, 3), 50, np.uint8)
    pixels[96:, 96:] = 200
    row = OrientedGradients().describe([Picture(pixels, (SIDE, SIDE))])[0]
    strengths = row[:-1].reshape(7, 7, -1).sum(axis=2).T
    assert strengths[:4, :4].sum() == 0
    assert strengths[5, 5] > 0


def test_contrast_does_not_matter(photos: list[Picture]) -> None:
    faint = Picture((photos[0].pixels // 2 + 60).astype(np.uint8), photos[0].size)
    rows = OrientedGradients().describe([photos[0], faint])
    assert rows[0] @ rows[1] > 0.97


def test_flat_pictures_are_alike_and_unlike_any_other(photos: list[Picture]) -> None:
    flat = [Picture(np.full((40, 50, 3), value, np.uint8), (50, 40)) for value in (0, 200)]
    rows = OrientedGradients().describe([*flat, *photos])
    assert rows[0] @ rows[1] == pytest.approx(1)
    assert (rows[0] @ rows[2:].T < 0.2).all()
