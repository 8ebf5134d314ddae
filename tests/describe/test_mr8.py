from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve

from lookalike.describe import leung_malik, mr8
from lookalike.describe.filter_bank import FAINT, PLACES, WEBER, blur, ridge, ridges, spot
from lookalike.describe.mr8 import ANSWERS, answers
from lookalike.describe.reduced import reduced_grey
from lookalike.pixels.colour import rgb_of_grey
from lookalike.types import Picture


def test_answers_are_those_of_plain_convolutions(photos: list[Picture]) -> None:
    light = whitened(photos[2])
    groups = [ridges(width, order) for order in (1, 2) for width in mr8.WIDTHS]
    plain = [np.abs([convolve(light, one, mode="mirror") for one in group]).max(axis=0) for group in groups]
    plain += [convolve(light, one, mode="mirror") for one in (blur(mr8.SPOT), spot(mr8.SPOT))]
    np.testing.assert_allclose(answers(photos[2]), weakened(plain), atol=1e-4)


def test_those_of_leung_and_malik_are_as_well(photos: list[Picture]) -> None:
    light = whitened(photos[2])
    widths = [2**0.5, 2, 2**1.5, 4]
    filters = [ridge(width, np.pi * at / 6, order) for order in (1, 2) for width in widths[:3] for at in range(6)]
    filters += [spot(width) for width in [*widths, *(3 * width for width in widths)]] + [
        blur(width) for width in widths
    ]
    plain = [convolve(light, one, mode="mirror") for one in filters]
    np.testing.assert_allclose(leung_malik.answers(photos[2]), weakened(plain), atol=1e-4)


def whitened(picture: Picture) -> NDArray[np.float64]:
    light = reduced_grey(picture).astype(np.float64)
    return (light - light.mean()) / np.hypot(light.std(), FAINT)


def weakened(plain: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    places = np.stack(plain, axis=2)[::2, ::2]
    strength = np.linalg.norm(places, axis=2, keepdims=True)
    return places * np.log1p(strength / WEBER) / strength


def test_directions_do_not_count(photos: list[Picture]) -> None:
    square = np.ascontiguousarray(photos[2].pixels[:512, :512])
    turned = np.ascontiguousarray(np.rot90(square))
    ours, theirs = (answers(Picture(pixels, (512, 512))) for pixels in (square, turned))
    np.testing.assert_allclose(theirs.mean(axis=(0, 1)), ours.mean(axis=(0, 1)), atol=0.05)


def test_light_and_contrast_do_not_count_and_an_even_picture_has_no_answers() -> None:
    grey = np.random.default_rng(0).integers(40, 120, (128, 128), dtype=np.uint8)
    dark, bright = (answers(Picture(rgb_of_grey(one), (128, 128))) for one in (grey, 2 * grey + 10))
    np.testing.assert_allclose(bright, dark, atol=5e-3)
    even = answers(Picture(rgb_of_grey(np.full((128, 128), 90, np.uint8)), (128, 128)))
    assert even.shape == (PLACES, PLACES, ANSWERS)
    np.testing.assert_array_equal(even, 0)
