from __future__ import annotations

import imagehash
import numpy as np
from PIL import Image

from lookalike.describe.ahash import AverageHash
from lookalike.describe.lanczos import reduced_by
from lookalike.pixels.planes import small_grey
from lookalike.types import Picture


def test_bits_say_which_blocks_are_brighter_than_their_mean(photos: list[Picture]) -> None:
    for photo in photos:
        levels = reduced_by(4, small_grey(photo, 32, 32)[None], AverageHash.band)[0]
        clear = np.abs(levels - levels.mean()) > 1  # sums are compared in whole numbers, the mean is rounded
        np.testing.assert_array_equal(AverageHash().bits(photo)[clear], (levels > levels.mean())[clear])


def test_bits_mostly_agree_with_imagehash_which_reduces_otherwise(photos: list[Picture]) -> None:
    differing = [
        np.count_nonzero(AverageHash().bits(photo) != imagehash.average_hash(Image.fromarray(photo.pixels)).hash)
        for photo in photos
    ]
    assert np.median(differing) <= 8


def test_a_flat_picture_has_no_bits() -> None:
    for value in (0, 77, 255):
        assert not AverageHash().bits(Picture(np.full((31, 57, 3), value, np.uint8), (57, 31))).any()


def test_the_drawing_marks_what_is_bright_in_one_picture_alone(photos: list[Picture]) -> None:
    negative = Picture(255 - photos[0].pixels, photos[0].size)
    assert "in 64 of 64 blocks." in AverageHash().explain(photos[0], photos[0]).line
    differing = np.count_nonzero(AverageHash().bits(photos[0]) != AverageHash().bits(negative))
    assert f"in {64 - differing} of 64 blocks; the others are marked." in (
        AverageHash().explain(photos[0], negative).line
    )
    assert differing >= 60
