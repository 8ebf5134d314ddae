"""Noise is measured where a picture is even, not where it has fine detail."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.match.difference.comparison import compare_pixels
from lookalike.match.difference.residual import grain
from lookalike.pixels.augment.light import compressed
from lookalike.types import Picture, Pixels

WHOLE = np.ones((10, 15), np.bool_)


def plane(seed: int, levels: float) -> np.ndarray:
    """A slope of light with noise, 0 at the middle of the levels."""
    rng = np.random.default_rng(seed)
    slope = np.linspace(-60, 60, 240, dtype=np.float32)[None].repeat(160, axis=0)
    return (slope + rng.normal(0, levels, slope.shape)).astype(np.float32)


@pytest.mark.parametrize("levels", [1.0, 4.0, 12.0])
def test_noise_that_is_everywhere_is_measured(levels: float) -> None:
    assert grain(plane(1, levels), WHOLE) == pytest.approx(levels, rel=0.15)


def test_an_engraving_with_even_margins_has_no_noise() -> None:
    """Lines a px or two wide over four fifths of the picture."""
    engraved = plane(2, 0.5)
    fine = np.random.default_rng(3).normal(0, 1, (160, 190)).astype(np.float32)
    engraved[:, 50:] += 40 * cv2.GaussianBlur(fine, (0, 0), 0.8)
    assert grain(engraved, WHOLE) < 1.5


def test_white_paper_says_nothing_of_a_noisy_scan() -> None:
    scan = np.clip(plane(4, 9.0), -128, 127)
    scan[:, 120:] = 127
    assert grain(scan.astype(np.float32), WHOLE) == pytest.approx(9.0, rel=0.2)
    assert grain(np.full((160, 240), 127, np.float32), WHOLE) == 0.0


def label(digits: str, ink: int = 60) -> Pixels:
    """Bars that fall on the blocks of a JPEG, which leaves them even, beside words that it does not."""
    page = np.full((400, 640, 3), 255, np.uint8)
    for at in np.flatnonzero(np.random.default_rng(8).random(56) < 0.5).tolist():
        page[128:320, 96 + 8 * at : 104 + 8 * at] = 0
    cv2.rectangle(page, (10, 10), (629, 389), (ink,) * 3, 2)
    for words, row in (("Silver apples", 60), ("from the garden", 110), (digits, 365)):
        cv2.putText(page, words, (40, row), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (ink,) * 3, 2, cv2.LINE_AA)
    return page


def verdict(a: Pixels, b: Pixels) -> str | None:
    one, other = (Picture(each, (640, 400)) for each in (a, b))
    told = compare_pixels(one, other, np.eye(3))
    return None if told is None else told.verdict


@pytest.mark.parametrize("quality", [15, 40, 60])
def test_a_code_that_jpeg_leaves_even_is_a_copy(quality: int) -> None:
    assert verdict(label("4 006381 333931"), compressed(label("4 006381 333931"), quality)) == "copy"
    assert verdict(label("4 006381 333931"), compressed(label("4 006381 333981"), quality)) == "variant"


@pytest.mark.parametrize("power", [0.6, 1.6])
def test_a_code_whose_greys_alone_change_with_the_light_is_a_copy(power: float) -> None:
    curve = np.rint(255 * (np.arange(256) / 255) ** power).astype(np.uint8)
    assert verdict(label("4 006381 333931"), curve[label("4 006381 333931")]) == "copy"
    assert verdict(label("4 006381 333931"), curve[label("4 006381 333981")]) == "variant"
