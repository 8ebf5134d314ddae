"""Models are made exact by the pixels, and never worse."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.evaluate.metrics.geometry import corner_error
from lookalike.match.verify.refinement import aligned
from lookalike.types import Matrix, Picture

TRUTH = np.array([[0.82, -0.15, 70], [0.2, 0.9, 12], [2e-4, 1e-4, 1]])
RNG = np.random.default_rng(0)


def seen(photo: Picture, model: Matrix, *, darker: bool = False) -> Picture:
    """As a camera elsewhere shows it, in other light."""
    width, height = photo.size
    pixels = cv2.warpPerspective(photo.pixels, model, (width, height), flags=cv2.INTER_AREA)
    light = 0.6 * pixels + 20 if darker else pixels
    noisy = np.clip(light + np.random.default_rng(0).normal(0, 3, pixels.shape), 0, 255).astype(np.uint8)
    return Picture(noisy, photo.size)


def disturbed(model: Matrix, size: tuple[int, int], px: float, seed: int) -> Matrix:
    """With its corners so far off."""
    width, height = size
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    there = cv2.perspectiveTransform(corners[None], model)[0]
    off = np.random.default_rng(seed).normal(size=(4, 2))
    moved = there + px * off / np.linalg.norm(off, axis=1, keepdims=True)
    return np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), np.float64)


@pytest.mark.parametrize("at", [0, 3, 4])
@pytest.mark.parametrize("darker", [False, True])
def test_a_model_that_is_some_px_off_is_put_right(at: int, darker: bool, photos: list[Picture]) -> None:
    photo = photos[at]
    start = disturbed(TRUTH, photo.size, 5, at)
    assert corner_error(start, TRUTH, photo.size) == pytest.approx(5, abs=0.5)
    assert corner_error(aligned(photo, seen(photo, TRUTH, darker=darker), start), TRUTH, photo.size) < 0.8


def test_a_mirrored_model_and_one_at_another_size_are_put_right_too(photos: list[Picture]) -> None:
    photo, (width, _) = photos[0], photos[0].size
    mirror = TRUTH @ np.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1]])
    start = disturbed(mirror, photo.size, 4, 1)
    assert corner_error(aligned(photo, seen(photo, mirror), start), mirror, photo.size) < 0.8
    reduced = Picture(np.ascontiguousarray(cv2.resize(photo.pixels, None, fx=0.6, fy=0.6)), photo.size)  # as decoded
    start = disturbed(TRUTH, photo.size, 4, 2)
    assert corner_error(aligned(reduced, seen(photo, TRUTH), start), TRUTH, photo.size) < 1.2


@pytest.mark.parametrize("other", ["flat", "noise", "another photo", "one px"])
def test_where_the_pixels_say_nothing_the_model_stays(other: str, photos: list[Picture]) -> None:
    a = photos[0]
    pixels = {
        "flat": np.full((300, 400, 3), 90, np.uint8),
        "noise": RNG.integers(0, 256, (300, 400, 3), dtype=np.uint8),
        "another photo": photos[3].pixels,
        "one px": np.zeros((1, 1, 3), np.uint8),
    }[other]
    b = Picture(pixels, (pixels.shape[1], pixels.shape[0]))
    found = aligned(a, b, 2 * TRUTH)
    assert found[2, 2] == 1
    assert np.isfinite(found).all()
    if other != "another photo":
        np.testing.assert_allclose(found, TRUTH)
