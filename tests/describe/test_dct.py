from __future__ import annotations

import numpy as np
from scipy.fft import dctn

from lookalike.describe.colour_space import channels
from lookalike.describe.dct import CosineTransform
from lookalike.types import Picture


def test_rows_are_signed_roots_of_the_transform(photos: list[Picture]) -> None:
    planes = channels(photos[0], "ycbcr").astype(np.float64) - 128
    whole = [dctn(planes[:, :, at], 2) / 4 / 128**2 for at in range(3)]
    values = np.concatenate([whole[0][:8, :8].ravel()[1:], whole[1][:4, :4].ravel(), whole[2][:4, :4].ravel()])
    expected = np.sign(values) * np.sqrt(np.abs(values))
    found = CosineTransform().describe([photos[0]])[0, 1:]
    np.testing.assert_allclose(found / np.linalg.norm(found), expected / np.linalg.norm(expected), atol=2e-3)


def test_brightness_does_not_count_but_colour_does(photos: list[Picture]) -> None:
    pixels = photos[0].pixels // 2
    red = pixels.copy()
    red[:, :, 0] += 100
    rows = CosineTransform().describe([Picture(one, photos[0].size) for one in (pixels, pixels + 60, red)])
    assert rows[0] @ rows[1] > 0.99
    assert rows[0] @ rows[2] < 0.95


def test_what_is_kept_makes_up_the_coarse_picture(photos: list[Picture]) -> None:
    original = channels(photos[0], "rgb").astype(int)
    missed = [np.abs(CosineTransform(size=size).rebuilt(photos[0]) - original).mean() for size in (8, 32, 64)]
    assert missed[0] > missed[1] > missed[2]
    assert missed[2] < 10
