from __future__ import annotations

import numpy as np

from lookalike.pixels.planes import grey, small, small_grey
from lookalike.pixels.resize import resize
from lookalike.types import Picture


def luma(pixels: np.ndarray) -> np.ndarray:
    return (pixels.astype(np.int64) @ (9798, 19235, 3735) + 16384) >> 15


def test_grey_is_the_documented_sum_for_every_colour() -> None:
    steps = np.arange(0, 256, 3, dtype=np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(86, -1, 3)
    np.testing.assert_array_equal(grey(Picture(cube, (cube.shape[1], 86))), luma(cube))


def test_grey_of_grey_is_itself() -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    np.testing.assert_array_equal(grey(Picture(ramp, (256, 1))), ramp[..., 0])


def test_small_is_the_resized_picture_and_small_grey_its_grey_to_one_level(photos: list[Picture]) -> None:
    picture = photos[0]
    tiny = small(picture, 32, 24)
    assert tiny.shape == (24, 32, 3)
    np.testing.assert_array_equal(tiny, resize(picture.pixels, (32, 24)))
    assert np.abs(small_grey(picture, 32, 24) - luma(tiny)).max() <= 1


def test_small_grey_grows_smoothly_where_the_picture_is_smaller() -> None:
    ramp = np.repeat(np.linspace(0, 255, 16).astype(np.uint8)[None, :, None], 3, axis=2)
    grown = small_grey(Picture(ramp, (16, 1)), 64, 8)
    assert grown.shape == (8, 64)
    assert np.diff(grown[0].astype(int)).max() <= 6
    np.testing.assert_array_equal(grown, np.repeat(grown[:1], 8, axis=0))


def test_a_plane_is_made_once_and_read_only(photos: list[Picture]) -> None:
    picture = Picture(photos[0].pixels, photos[0].size)
    for plane in (grey, lambda p: small(p, 9, 8), lambda p: small_grey(p, 9, 8)):
        assert plane(picture) is plane(picture)
        assert not plane(picture).flags.writeable
