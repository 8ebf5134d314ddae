from __future__ import annotations

import imagehash
import numpy as np
import pytest
from PIL import Image

from lookalike.describe.whash import WaveletHash
from lookalike.pixels.planes import small_grey
from lookalike.types import Picture


@pytest.mark.parametrize("size", [4, 8, 16])
def test_bits_agree_with_the_haar_transform_of_imagehash(size: int, photos: list[Picture]) -> None:
    for photo in photos:
        reduced = Image.fromarray(small_grey(photo, 4 * size, 4 * size))
        theirs = imagehash.whash(reduced, hash_size=size, image_scale=4 * size).hash
        # Its coefficients are floats: those that are equal to the median may fall to either side of it.
        assert np.count_nonzero(WaveletHash(size=size).bits(photo) != theirs) <= 0.02 * size**2


def test_half_of_the_blocks_of_a_photo_are_the_brighter_ones(photos: list[Picture]) -> None:
    for photo in photos:
        assert 28 <= np.count_nonzero(WaveletHash().bits(photo)) <= 32


def test_a_flat_picture_has_no_bits() -> None:
    assert not WaveletHash().bits(Picture(np.full((31, 57, 3), 99, np.uint8), (57, 31))).any()
