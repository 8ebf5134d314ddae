import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.match.verify.detail_correlation import agreement
from lookalike.types import Picture

OFFSET = (150, 90)
SHARES = (0.25, 0.5)


def picture(pixels: np.ndarray) -> Picture:
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def photo() -> np.ndarray:
    return cv2.resize(skimage.data.coffee(), (300, 200), interpolation=cv2.INTER_AREA)


def pasted_into(backdrop: np.ndarray) -> Picture:
    x, y = OFFSET
    pixels = backdrop.copy()
    pixels[y : y + 200, x : x + 300] = photo()
    return picture(pixels)


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (400, 600, 3), dtype=np.uint8)


THERE = np.array([[1, 0, OFFSET[0]], [0, 1, OFFSET[1]], [0, 0, 1]], float)


@pytest.mark.parametrize("backdrop", [noise(), np.zeros_like(noise()), np.full_like(noise(), 255)])
def test_what_lies_beyond_the_outline_does_not_matter_in_either_direction(backdrop):
    whole = pasted_into(backdrop)
    assert min(agreement(picture(photo()), whole, THERE, SHARES)) > 0.95
    assert min(agreement(whole, picture(photo()), np.linalg.inv(THERE), SHARES)) > 0.95


def test_what_lies_within_it_does():
    shifted = THERE + np.array([[0, 0, 12], [0, 0, 8], [0, 0, 0]])
    quarter, half = agreement(picture(photo()), pasted_into(noise()), shifted, SHARES)
    assert quarter <= half < 0.5


def test_pictures_that_share_no_place_or_no_detail_do_not_agree():
    away = np.array([[1, 0, 5000], [0, 1, 5000], [0, 0, 1]], float)
    flat = picture(np.full((200, 300, 3), 90, np.uint8))
    assert agreement(picture(photo()), picture(photo()), away, SHARES) == (0, 0)
    assert agreement(flat, flat, np.eye(3), SHARES) == (0, 0)
