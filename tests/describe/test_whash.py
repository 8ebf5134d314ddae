from __future__ import annotations

import imagehash
import numpy as np
import pytest
from PIL import Image

from lookalike.describe.lanczos import reduced_by
from lookalike.describe.whash import WaveletHash
from lookalike.pixels.planes import small_grey
from lookalike.types import Picture


@pytest.mark.parametrize("size", [4, 8, 16])
def test_bits_say_which_levels_lie_above_their_median(size: int, photos: list[Picture]) -> None:
    for photo in photos:
        levels = reduced_by(4, small_grey(photo, 4 * size, 4 * size)[None], WaveletHash.band)[0]
        np.testing.assert_array_equal(WaveletHash(size=size).bits(photo), levels > np.median(levels))


def test_bits_mostly_agree_with_imagehash_whose_lowpass_is_flatter(photos: list[Picture]) -> None:
    differing = [
        np.count_nonzero(WaveletHash().bits(photo) != imagehash.whash(Image.fromarray(photo.pixels)).hash)
        for photo in photos
    ]
    assert np.median(differing) <= 8


def test_half_of_the_blocks_of_a_photo_are_the_brighter_ones(photos: list[Picture]) -> None:
    for photo in photos:
        assert 28 <= np.count_nonzero(WaveletHash().bits(photo)) <= 32


def test_a_flat_picture_has_no_bits() -> None:
    assert not WaveletHash().bits(Picture(np.full((31, 57, 3), 99, np.uint8), (57, 31))).any()
