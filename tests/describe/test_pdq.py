from __future__ import annotations

import cv2
import numpy as np

from lookalike.describe.pdq import PDQHash
from lookalike.describe.phash import PerceptualHash
from lookalike.pixels.planes import small_grey
from lookalike.types import Picture


def test_bits_agree_with_opencv_s_transform_where_they_are_clear(photos: list[Picture]) -> None:
    for photo in photos:
        frequencies = cv2.dct(small_grey(photo, 64, 64).astype(np.float64))[1:17, 1:17]
        above = frequencies - np.median(frequencies)
        clear = np.abs(above) > 0.2  # the integer basis is that exact
        assert clear.mean() > 0.7
        np.testing.assert_array_equal(PDQHash().bits(photo)[clear], (above > 0)[clear])


def test_a_picture_that_is_lit_from_one_side_has_the_same_bits(photos: list[Picture]) -> None:
    """A ramp along one axis lies in the frequencies that are left out; the hash that keeps them notices."""
    ramp = np.linspace(-40, 40, 512)[None, :, None]
    middle = np.clip(photos[0].pixels, 60, 190)
    lit = np.clip(np.rint(middle + ramp), 0, 255).astype(np.uint8)
    plain, other = Picture(np.ascontiguousarray(middle), (512, 512)), Picture(lit, (512, 512))
    flipped = [np.mean(kind.bits(plain) != kind.bits(other)) for kind in (PDQHash(), PerceptualHash(size=16))]
    assert flipped[0] < flipped[1]
    assert flipped[0] < 0.02


def test_a_flat_picture_has_no_bits() -> None:
    assert not PDQHash().bits(Picture(np.full((31, 57, 3), 99, np.uint8), (57, 31))).any()
