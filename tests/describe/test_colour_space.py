from __future__ import annotations

import numpy as np
import pytest
from skimage import color

from lookalike.describe.colour_space import CHANNELS, channels
from lookalike.describe.reduced import SIDE, reduced
from lookalike.types import Picture

EIGHTH = np.array([0, 36, 73, 109, 146, 182, 219, 255], np.uint8)


@pytest.fixture
def cube() -> Picture:
    """Colours from all over the cube, a px each."""
    colours = np.stack(np.meshgrid(EIGHTH, EIGHTH, EIGHTH), axis=-1).reshape(-1, 3)
    pixels = np.resize(colours, (SIDE, SIDE, 3))
    return Picture(np.ascontiguousarray(pixels), (SIDE, SIDE))


@pytest.mark.parametrize("colours", CHANNELS)
def test_each_space_has_its_channels_once_computed(colours: str, cube: Picture) -> None:
    planes = channels(cube, colours)
    assert planes.shape == (SIDE, SIDE, CHANNELS[colours])
    assert planes.dtype == np.uint8
    assert channels(cube, colours) is planes


def test_hsv_lab_and_ycbcr_agree_with_scikit_image(cube: Picture) -> None:
    pixels = reduced(cube)
    hue = channels(cube, "hsv")[..., 0].astype(int) - np.rint(256 * color.rgb2hsv(pixels)[..., 0]).astype(int)
    assert np.abs((hue + 128) % 256 - 128).max() <= 2
    np.testing.assert_allclose(channels(cube, "hsv")[..., 1:], 255 * color.rgb2hsv(pixels)[..., 1:], atol=1)
    lab = color.rgb2lab(pixels) * (2.55, 1, 1) + (0, 128, 128)
    np.testing.assert_allclose(channels(cube, "lab"), lab, atol=2)
    y, cb, cr = np.moveaxis(channels(cube, "ycbcr").astype(float), 2, 0)
    theirs = color.rgb2ycbcr(pixels)  # of the studio: 16 to 235 and 16 to 240
    np.testing.assert_allclose(16 + y * 219 / 255, theirs[..., 0], atol=1)
    np.testing.assert_allclose(128 + (cb - 128) * 224 / 255, theirs[..., 1], atol=1)
    np.testing.assert_allclose(128 + (cr - 128) * 224 / 255, theirs[..., 2], atol=1)


def test_opponent_and_chromaticity_agree_with_their_formulas(cube: Picture) -> None:
    red, green, blue = np.moveaxis(reduced(cube).astype(float), 2, 0)
    opponent = np.moveaxis(channels(cube, "opponent").astype(float), 2, 0)
    # O1 = (R - G) / sqrt 2, O2 = (R + G - 2B) / sqrt 6, O3 = (R + G + B) / sqrt 3, from -255..255 or so to 0..255
    np.testing.assert_allclose(opponent[0], (red - green) / 2 + 127.5, atol=1)
    np.testing.assert_allclose(opponent[1], (red + green - 2 * blue) / 4 + 127.5, atol=1)
    np.testing.assert_allclose(opponent[2], (red + green + blue) / 3, atol=1)
    light = np.maximum(red + green + blue, 1e-9)
    shares = np.moveaxis(channels(cube, "rg").astype(float), 2, 0)
    lit = light > 1
    np.testing.assert_allclose(shares[0][lit], (255 * red / light)[lit], atol=1)
    np.testing.assert_allclose(shares[1][lit], (255 * green / light)[lit], atol=1)


def test_chromaticity_does_not_change_with_the_light_and_black_is_grey() -> None:
    ramp = np.outer(np.arange(SIDE), (1.0, 0.5, 0.25)).astype(np.uint8)
    pixels = np.ascontiguousarray(np.broadcast_to(ramp[:, None], (SIDE, SIDE, 3)))
    planes = channels(Picture(pixels, (SIDE, SIDE)), "rg")
    assert planes[0, 0].tolist() == [85, 85]
    assert np.ptp(planes[32:, :, 0].astype(int)) <= 6
