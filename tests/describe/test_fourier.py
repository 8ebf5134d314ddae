from __future__ import annotations

import numpy as np

from lookalike.describe.fourier import PowerSpectrum
from lookalike.types import Picture


def of(pixels: np.ndarray) -> Picture:
    pixels = np.ascontiguousarray(pixels)
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def test_a_quarter_turn_moves_the_directions_by_half_and_leaves_the_lengths(photos: list[Picture]) -> None:
    describer = PowerSpectrum()
    square = photos[1].pixels[:256, :256]
    row, turned = describer.describe([of(square), of(np.rot90(square))])
    np.testing.assert_allclose(turned[:16], row[:16], atol=0.01)
    np.testing.assert_allclose(turned[16:32], np.roll(row[16:32], 8), atol=0.01)


def test_where_a_texture_begins_matters_little(photos: list[Picture]) -> None:
    brick = photos[1].pixels
    rows = PowerSpectrum().describe([of(brick[:400, :400]), of(brick[100:500, 90:490]), photos[3]])
    assert rows[0] @ rows[1] > 0.99
    assert rows[0] @ rows[2] < 0.98


def test_stripes_are_told_apart_by_their_width() -> None:
    x = np.arange(128)
    stripes = [np.rint(127.5 + 100 * np.sin(2 * np.pi * count * x / 128)) for count in (4, 8, 32)]
    pictures = [of(np.broadcast_to(line[None, :, None], (128, 128, 3)).astype(np.uint8)) for line in stripes]
    rows = PowerSpectrum().describe(pictures)
    rings = rows[:, :16].argmax(axis=1)
    assert rings[0] < rings[1] < rings[2]
    assert (rows[:, 16:32].argmax(axis=1) == 0).all()


def test_an_even_picture_is_flat() -> None:
    row = PowerSpectrum().describe([of(np.full((50, 50, 3), 90, np.uint8))])[0]
    assert row[-1] > 0.99
