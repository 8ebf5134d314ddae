from __future__ import annotations

import io

import cv2
import imagehash
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lookalike.describe.dhash import DifferenceHash
from lookalike.describe.drawing import MARK
from lookalike.describe.lanczos import reduced_by
from lookalike.pixels.planes import small_grey
from lookalike.types import Picture, Pixels


def picture_of(pixels: Pixels) -> Picture:
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def grey_of(values: NDArray[np.integer]) -> Picture:
    """9 x 8 values, each a block of 40 x 40 px."""
    blocks = np.kron(values, np.ones((40, 40), int)).astype(np.uint8)
    return picture_of(np.repeat(blocks[:, :, None], 3, axis=2))


def bits(picture: Picture, size: int = 8) -> NDArray[np.bool_]:
    row = DifferenceHash(size=size).describe([picture])
    return np.unpackbits(row.astype(np.uint8)).reshape(size, size).astype(bool)


def test_bits_say_where_levels_rise_from_left_to_right(photos: list[Picture]) -> None:
    for photo in photos:
        levels = reduced_by(4, small_grey(photo, 36, 32)[None], DifferenceHash.band)[0]
        expected = [[levels[y, x + 1] > levels[y, x] for x in range(8)] for y in range(8)]
        np.testing.assert_array_equal(bits(photo), expected)


def test_bits_agree_with_imagehash_but_where_hardly_anything_changes(photos: list[Picture]) -> None:
    differing = [
        np.count_nonzero(bits(photo) != imagehash.dhash(Image.fromarray(photo.pixels)).hash) for photo in photos
    ]
    assert sorted(differing)[-2] <= 2  # the last is a wall of bricks, whose blocks are all equally bright


def test_a_flat_picture_has_no_bits() -> None:
    assert not bits(grey_of(np.full((8, 9), 128))).any()


def test_a_picture_that_grows_brighter_has_all_bits_and_its_mirror_none() -> None:
    ramp = np.tile(np.arange(9) * 20, (8, 1))
    assert bits(grey_of(ramp)).all()
    assert not bits(grey_of(ramp[:, ::-1])).any()


def test_brightness_and_contrast_do_not_matter() -> None:
    values = np.random.default_rng(1).integers(100, size=(8, 9))
    np.testing.assert_array_equal(bits(grey_of(values)), bits(grey_of(2 * values + 30)))


def test_few_bits_flip_when_a_photo_is_halved_and_compressed(photos: list[Picture]) -> None:
    for photo in photos:
        half = cv2.resize(photo.pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        buffer = io.BytesIO()
        Image.fromarray(half).save(buffer, "JPEG", quality=50)
        again = picture_of(np.array(Image.open(buffer)))
        assert np.count_nonzero(bits(photo) != bits(again)) <= 6


def test_the_drawing_marks_the_blocks_that_differ_and_no_others(photos: list[Picture]) -> None:
    changed = photos[0].pixels.copy()
    height = changed.shape[0]
    changed[height // 4 : height // 2] = changed[height // 4 : height // 2, ::-1]
    other = picture_of(changed)
    differing = bits(photos[0]) != bits(other)
    explanation = DifferenceHash().explain(photos[0], other)
    assert f"in {64 - differing.sum()} of 64 blocks; the others are marked" in explanation.line
    assert explanation.picture is not None
    rows = np.flatnonzero((explanation.picture == MARK).all(axis=2).any(axis=1)) / explanation.picture.shape[0]
    expected = np.flatnonzero(differing.any(axis=1))
    assert rows.min() == pytest.approx(expected.min() / 8, abs=0.02)
    assert rows.max() == pytest.approx((expected.max() + 1) / 8, abs=0.02)
    assert 0 < expected.min() <= expected.max() < 7


def test_nothing_is_marked_where_all_agrees(photos: list[Picture]) -> None:
    explanation = DifferenceHash().explain(photos[0], photos[0])
    assert explanation.line.endswith("in 64 of 64 blocks.")
    assert explanation.picture is not None
    assert not (explanation.picture == MARK).all(axis=2).any()
