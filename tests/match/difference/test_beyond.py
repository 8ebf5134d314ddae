"""Small things are told where one of two pictures has them alone, and no resampling, JPEG or noise is taken for one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image
from skimage import data

from lookalike.match.difference.beyond import LEAST, beyond
from lookalike.match.difference.comparison import compare_pixels
from lookalike.match.difference.tone import luma
from lookalike.match.difference.tone_bound import Plane
from lookalike.pixels.augment.light import compressed
from lookalike.types import Picture, Pixels


@pytest.fixture(scope="module")
def photo() -> Pixels:
    return np.asarray(Image.fromarray(data.astronaut()).resize((384, 384), Image.Resampling.LANCZOS), np.uint8)


def found(a: Pixels, b: Pixels, noise: float = 0.5) -> int:
    """px that are beyond."""
    planes: list[Plane] = [luma(each) - 128 for each in (a, b)]
    told = beyond(*planes, np.ones(a.shape[:2], np.float32), noise)
    return 0 if told is None else int(told.sum())


def test_a_mole_is_beyond_whichever_picture_has_it(photo: Pixels) -> None:
    marked = photo.copy()
    cv2.circle(marked, (190, 85), 5, (90, 50, 45), cv2.FILLED, cv2.LINE_AA)
    for a, b in ((photo, marked), (marked, photo)):
        assert found(a, compressed(b, 70)) >= LEAST


@pytest.mark.parametrize("quality", [10, 40, 90])
def test_no_jpeg_is_beyond(photo: Pixels, quality: int) -> None:
    assert found(photo, compressed(photo, quality)) == 0


@pytest.mark.parametrize("share", [0.7, 0.85])
def test_no_resampling_is_beyond(photo: Pixels, share: float) -> None:
    side = round(share * 384)
    small = Image.fromarray(photo).resize((side, side), Image.Resampling.LANCZOS)
    again = np.asarray(small.resize((384, 384), Image.Resampling.BICUBIC), np.uint8)
    assert found(photo, again) == 0


def test_noise_is_not_beyond_when_it_is_known(photo: Pixels) -> None:
    noisy = np.clip(photo + np.random.default_rng(2).normal(0, 12, photo.shape), 0, 255).astype(np.uint8)
    assert found(photo, noisy, noise=12.0) == 0


def test_a_mole_makes_a_variant_and_is_boxed(photo: Pixels) -> None:
    marked = photo.copy()
    cv2.circle(marked, (190, 85), 4, (90, 50, 45), cv2.FILLED, cv2.LINE_AA)
    one, other = (Picture(each, (384, 384)) for each in (photo, compressed(marked, 80)))
    told = compare_pixels(one, other, np.eye(3))
    assert told is not None
    assert told.verdict == "variant"
    assert [
        (left <= 190 < left + width, top <= 85 < top + height)
        for left, top, width, height in (each.box_b for each in told.differs)
    ] == [(True, True)]
