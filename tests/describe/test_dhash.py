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


def test_bits_agree_with_a_slow_loop_over_the_means_of_blocks() -> None:
    values = np.random.default_rng(0).integers(256, size=(8, 9))
    expected = [[values[y, x + 1] > values[y, x] for x in range(8)] for y in range(8)]
    np.testing.assert_array_equal(bits(grey_of(values)), expected)


def test_bits_agree_with_imagehash_on_the_same_reduced_picture(photos: list[Picture]) -> None:
    for photo in photos:
        reduced = Image.fromarray(small_grey(photo, 9, 8))
        np.testing.assert_array_equal(bits(photo), imagehash.dhash(reduced).hash)


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


def test_the_drawing_marks_the_blocks_that_differ_and_no_others() -> None:
    flat = np.full((8, 9), 100)
    stepped = flat.copy()
    stepped[2, 4:] = 150  # row 2 grows brighter between columns 3 and 4
    explanation = DifferenceHash().explain(grey_of(flat), grey_of(stepped))
    assert "in 63 of 64 blocks; the others are marked" in explanation.line
    assert explanation.picture is not None
    rows = np.flatnonzero((explanation.picture == MARK).all(axis=2).any(axis=1)) / explanation.picture.shape[0]
    assert rows.min() == pytest.approx(2 / 8, abs=0.02)
    assert rows.max() == pytest.approx(3 / 8, abs=0.02)


def test_nothing_is_marked_where_all_agrees(photos: list[Picture]) -> None:
    explanation = DifferenceHash().explain(photos[0], photos[0])
    assert explanation.line.endswith("in 64 of 64 blocks.")
    assert explanation.picture is not None
    assert not (explanation.picture == MARK).all(axis=2).any()
