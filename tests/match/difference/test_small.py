"""Icons and thumbnails, compared as wholes."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from skimage.data import chelsea, coffee

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


def turned(pixels: Pixels, by: float) -> Pixels:
    """As a thing that turns before a fixed camera: its middle moves, above to the right and below to the left.

    `by` is in 32nds of the width.
    """
    height, width = pixels.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = by * width / 32 * np.sin(np.pi * x / width) * np.sign(y - height / 2)
    return np.asarray(cv2.remap(pixels, x + moved.astype(np.float32), y, cv2.INTER_LINEAR), np.uint8)


@pytest.mark.parametrize("photograph", [coffee, chelsea])
def test_a_thing_that_turned_a_little_is_no_copy_however_small(photograph: Callable[[], Pixels]) -> None:
    a = photograph()
    factor = 32 / a.shape[1]
    told = compare_whole(picture(smaller(a, factor)), picture(smaller(turned(a, 0.7), factor)))
    assert told is not None
    assert told.verdict == "variant"
    assert told.differs


@pytest.mark.parametrize("photograph", [coffee, chelsea])
def test_a_thumbnail_that_a_program_shifted_by_a_third_of_a_px_is_a_copy(photograph: Callable[[], Pixels]) -> None:
    a = photograph()
    factor = 32 / a.shape[1]
    shift = np.array([[1, 0, 1 / (3 * factor)], [0, 1, 0]])
    b = cv2.warpAffine(a, shift, a.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
    told = compare_whole(picture(smaller(a, factor)), picture(smaller(np.asarray(b, np.uint8), factor)))
    assert told is not None
    assert told.verdict == "copy"


def test_plain_patches_are_never_copies() -> None:
    plain = picture(np.full((32, 32, 3), 90, np.uint8))
    told = compare_whole(plain, plain)
    assert told is None


def test_pictures_of_other_shapes_are_not_compared() -> None:
    a = photo()
    assert compare_whole(picture(a), picture(np.ascontiguousarray(a[:, :420]))) is None
