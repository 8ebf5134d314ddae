from __future__ import annotations

import io
import math

import cv2
import imagehash
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lookalike.describe.phash import PerceptualHash
from lookalike.pixels.planes import small_grey
from lookalike.types import Picture, Pixels


def picture_of(pixels: Pixels) -> Picture:
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def bits(picture: Picture, size: int = 8) -> NDArray[np.bool_]:
    row = PerceptualHash(size=size).describe([picture])
    return np.unpackbits(row.astype(np.uint8)).reshape(size, size).astype(bool)


def slow_transform(grey: Pixels, count: int) -> NDArray[np.float64]:
    """DCT-II by its definition, one sum a frequency."""
    side = len(grey)
    frequencies = np.zeros((count, count))
    for v in range(count):
        for u in range(count):
            frequencies[v, u] = sum(
                float(grey[y, x])
                * math.cos(math.pi * v * (2 * y + 1) / (2 * side))
                * math.cos(math.pi * u * (2 * x + 1) / (2 * side))
                for y in range(side)
                for x in range(side)
            )
    return frequencies


@pytest.mark.parametrize("size", [4, 8])
def test_bits_agree_with_a_slow_transform(size: int, photos: list[Picture]) -> None:
    for photo in photos[:3]:
        frequencies = slow_transform(small_grey(photo, 4 * size, 4 * size), size)
        above = frequencies - np.median(frequencies)
        clear = np.abs(above) > 1  # the integer basis is that exact
        assert clear.mean() > 0.9
        np.testing.assert_array_equal(bits(photo, size)[clear], (above > 0)[clear])


def test_bits_agree_with_imagehash_on_the_same_reduced_picture(photos: list[Picture]) -> None:
    for photo in photos:
        reduced = Image.fromarray(small_grey(photo, 32, 32))
        assert np.count_nonzero(bits(photo) != imagehash.phash(reduced).hash) <= 2


def test_bits_mostly_agree_with_imagehash_which_reduces_otherwise(photos: list[Picture]) -> None:
    differing = [
        np.count_nonzero(bits(photo) != imagehash.phash(Image.fromarray(photo.pixels)).hash) for photo in photos
    ]
    assert max(differing) <= 12
    assert np.median(differing) <= 2


def test_one_bit_stands_for_the_mean_and_none_for_black() -> None:
    white, black = (picture_of(np.full((40, 60, 3), value, np.uint8)) for value in (255, 0))
    assert np.argwhere(bits(white)).tolist() == [[0, 0]]
    assert not bits(black).any()


def test_half_of_the_bits_of_a_photo_are_set(photos: list[Picture]) -> None:
    for photo in photos:
        assert np.count_nonzero(bits(photo)) == 32


def test_a_picture_upside_down_flips_the_odd_frequencies_alone() -> None:
    pixels = np.random.default_rng(0).integers(256, size=(32, 32, 1), dtype=np.uint8).repeat(3, axis=2)
    hasher = PerceptualHash()
    pictures = [picture_of(pixels), picture_of(np.ascontiguousarray(pixels[::-1]))]
    upright, turned = hasher._frequencies(hasher.greys(pictures))
    np.testing.assert_array_equal(turned[::2], upright[::2])
    np.testing.assert_array_equal(turned[1::2], -upright[1::2])


def test_few_bits_flip_when_a_photo_is_halved_and_compressed(photos: list[Picture]) -> None:
    for photo in photos:
        half = cv2.resize(photo.pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        buffer = io.BytesIO()
        Image.fromarray(half).save(buffer, "JPEG", quality=50)
        again = picture_of(np.array(Image.open(buffer)))
        assert np.count_nonzero(bits(photo) != bits(again)) <= 6


@pytest.mark.parametrize("size", [0, 6, 36])
def test_a_size_that_fills_no_whole_bytes_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="size must be one of 4, 8"):
        PerceptualHash(size=size)


def test_the_drawing_shows_the_lowest_frequencies_of_a_smooth_picture_truly() -> None:
    ramp = np.tile(np.linspace(40, 200, 32).astype(np.uint8)[None, :, None], (32, 1, 3))
    coarse = PerceptualHash()._coarse(picture_of(ramp))
    assert np.abs(coarse.astype(int) - ramp).max() <= 8


def test_the_line_counts_the_bits_that_differ(photos: list[Picture]) -> None:
    hasher = PerceptualHash()
    assert "laid out alike; bits that differ: 0 of 64" in hasher.explain(photos[0], photos[0]).line
    differing = np.count_nonzero(bits(photos[0]) != bits(photos[3]))
    assert f"laid out differently; bits that differ: {differing} of 64" in hasher.explain(photos[0], photos[3]).line
