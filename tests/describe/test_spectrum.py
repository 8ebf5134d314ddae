from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.reduced import SIDE
from lookalike.describe.spectrum import amplitudes, polar
from lookalike.pixels.colour import rgb_of_grey
from lookalike.types import Picture


def wave(across: float, down: float) -> Picture:
    """So many waves across and down the picture."""
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    grey = 127.5 + 100 * np.sin(2 * np.pi * (across * x + down * y) / SIDE)
    return Picture(rgb_of_grey(np.rint(grey).astype(np.uint8)), (SIDE, SIDE))


@pytest.mark.parametrize(("across", "down"), [(10, 0), (0, 10), (7, 7), (-12, 16)])
def test_a_wave_is_strongest_at_its_own_place(across: int, down: int) -> None:
    found = amplitudes(wave(across, down))
    row, column = np.unravel_index(np.argmax(found), found.shape)
    assert (column - SIDE // 2, row - SIDE // 2) in {(across, down), (-across, -down)}


def test_amplitudes_are_those_of_the_plain_transform() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE), dtype=np.uint8)
    x = (np.arange(SIDE) + 0.5) / (SIDE / 2) - 1
    window = 0.5 + 0.5 * np.cos(np.pi * np.minimum(np.hypot(x[:, None], x[None]), 1))
    faded = (grey - (window * grey).sum() / window.sum()) * window
    expected = np.abs(np.fft.fftshift(np.fft.fft2(faded)))
    found = amplitudes(Picture(rgb_of_grey(grey), (SIDE, SIDE)))
    np.testing.assert_allclose(found, expected, atol=1e-4 * expected.max())


def test_rings_and_directions_of_a_wave_are_found() -> None:
    for across, down, direction in ((8, 0, 0), (0, 8, 8), (16, 0, 0), (-16, 16, 12)):
        found = polar(amplitudes(wave(across, down)), 32, 16, 2.0)
        ring, towards = np.unravel_index(np.argmax(found), found.shape)
        assert abs(ring - 31 * np.log(np.hypot(across, down) / 2) / np.log(63 / 2)) <= 1
        assert towards == direction
