from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.hamming import SIZES, above_median, check_size, packed


def test_the_first_bit_is_the_highest_of_the_first_byte() -> None:
    bits = np.zeros((4, 4), bool)
    bits[0, 0] = bits[2, 1] = True
    assert packed(bits).tolist() == [0b10000000, 0b01000000]


def test_every_size_allowed_fills_whole_bytes() -> None:
    for size in SIZES:
        check_size(size)
        assert size**2 % 8 == 0
        assert len(packed(np.ones((size, size), bool))) == size**2 / 8


def test_another_size_is_refused_with_those_that_are_not() -> None:
    with pytest.raises(ValueError, match="one of 4, 8, 12, 16, 20, 24, 28, 32, not 7"):
        check_size(7)


def test_half_of_distinct_values_lie_above_their_median_and_none_of_equal_ones() -> None:
    values = np.random.default_rng(0).permutation(64).reshape(8, 8)
    np.testing.assert_array_equal(above_median(values), values > np.median(values))
    assert not above_median(np.full((8, 8), 5)).any()
