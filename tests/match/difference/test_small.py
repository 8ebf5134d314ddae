"""Icons and thumbnails, compared as wholes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.match.difference.small import compare_whole
from lookalike.types import Picture, Pixels


def picture(pixels: Pixels) -> Picture:
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def smaller(pixels: Pixels, factor: float) -> Pixels:
    size = round(pixels.shape[1] * factor), round(pixels.shape[0] * factor)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def photo() -> Pixels:
    """600 x 400 px of noise of several octaves."""
    rng = np.random.default_rng(14)
    light = sum(
        cv2.resize(rng.normal(0, 60 / octave, (2**octave, 2**octave, 3)), (600, 400), interpolation=cv2.INTER_CUBIC)
        for octave in range(2, 7)
    )
    return np.clip(128 + light, 0, 255).astype(np.uint8)


def icon(seed: int) -> Pixels:
    """Four shapes in four colours on a plate, 128 px."""
    rng = np.random.default_rng(seed)
    pixels = np.full((128, 128, 3), 255, np.uint8)
    colours = rng.integers(0, 256, (4, 3)).tolist()
    cv2.rectangle(pixels, (4, 4), (124, 124), colours[0], -1)
    for _ in range(4):
        x, y, side = (int(v) for v in rng.integers((10, 10, 24), (80, 80, 44)))
        cv2.rectangle(pixels, (x, y), (x + side, y + side), colours[int(rng.integers(4))], -1)
    return pixels


@pytest.mark.parametrize("side", [16, 32])
def test_an_icon_is_a_copy_of_itself_at_another_size(side: int) -> None:
    for seed in range(8):
        a, b = icon(seed), smaller(icon(seed), side / 128)
        told = compare_whole(picture(a), picture(b))
        assert told is not None
        assert told.verdict == "copy"


@pytest.mark.parametrize("side", [16, 32, 64])
def test_other_icons_are_no_copies(side: int) -> None:
    small = [picture(smaller(icon(seed), side / 128)) for seed in range(8)]
    for at, one in enumerate(small):
        for other in small[:at]:
            told = compare_whole(one, other)
            assert told is None or told.verdict != "copy"


def test_a_badge_on_an_icon_makes_a_variant() -> None:
    a = icon(3)
    b = a.copy()
    cv2.circle(b, (100, 28), 18, (230, 20, 20), -1)
    told = compare_whole(picture(smaller(a, 0.25)), picture(smaller(b, 0.25)))
    assert told is not None
    assert told.verdict == "variant"
    assert told.differs


def test_a_thumbnail_is_a_copy_of_its_photo() -> None:
    a = photo()
    told = compare_whole(picture(a), picture(smaller(a, 0.25)))
    assert told is not None
    assert told.verdict == "copy"


def test_plain_patches_are_never_copies() -> None:
    plain = picture(np.full((32, 32, 3), 90, np.uint8))
    told = compare_whole(plain, plain)
    assert told is None


def test_pictures_of_other_shapes_are_not_compared() -> None:
    a = photo()
    assert compare_whole(picture(a), picture(np.ascontiguousarray(a[:, :420]))) is None
