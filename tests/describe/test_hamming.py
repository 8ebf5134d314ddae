from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.ahash import AverageHash
from lookalike.describe.dhash import DifferenceHash
from lookalike.describe.hamming import SIZES, SquareHash, above_median, check_size
from lookalike.describe.pdq import PDQHash
from lookalike.describe.phash import PerceptualHash
from lookalike.describe.whash import WaveletHash
from lookalike.types import Picture


@pytest.mark.parametrize("kind", [AverageHash, DifferenceHash, PerceptualHash, WaveletHash, PDQHash])
@pytest.mark.parametrize("size", [4, 8, 16])
def test_a_row_is_the_bits_one_after_the_other(kind: type[SquareHash], size: int, photos: list[Picture]) -> None:
    """Of pictures of any number, whether described together or alone."""
    describer = kind(size=size)
    rows = describer.describe(photos)
    for row, photo in zip(rows, photos, strict=True):
        assert np.unpackbits(np.asarray(row)).astype(bool).tolist() == describer.bits(photo).ravel().tolist()
    assert describer.describe([]).shape == (0, size**2 // 8)


def test_every_size_allowed_fills_whole_bytes() -> None:
    for size in SIZES:
        check_size(size)
        assert size**2 % 8 == 0


def test_another_size_is_refused_with_those_that_are_not() -> None:
    with pytest.raises(ValueError, match="one of 4, 8, 12, 16, 20, 24, 28, 32, not 7"):
        check_size(7)


def test_half_of_distinct_values_lie_above_their_median_and_none_of_equal_ones() -> None:
    values = np.random.default_rng(0).permutation(128).reshape(2, 8, 8)
    for square, above in zip(values, above_median(values), strict=True):
        np.testing.assert_array_equal(above, square > np.median(square))
    assert not above_median(np.full((1, 8, 8), 5)).any()
