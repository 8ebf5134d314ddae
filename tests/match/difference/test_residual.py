"""Noise is measured where a picture is even, not where it has fine detail."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.match.difference.residual import grain

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
