from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.pixels.resize import outline, resize, scaling
from lookalike.types import Picture, Size


def block_means(pixels: np.ndarray, down: int, across: int) -> np.ndarray:
    height, width, channels = pixels.shape
    return pixels.reshape(height // down, down, width // across, across, channels).mean(axis=(1, 3))


def test_down_is_the_mean_of_what_each_pixel_covers(photos: list[Picture]) -> None:
    pixels = photos[0].pixels[:480, :510]
    np.testing.assert_allclose(resize(pixels, (102, 40)), block_means(pixels, 12, 5), atol=0.51)


def test_a_board_finer_than_the_grid_is_even_grey() -> None:
    board = np.repeat((np.indices((600, 800)).sum(axis=0) % 2 * 255).astype(np.uint8)[..., None], 3, axis=2)
    assert set(np.unique(resize(board, (80, 60)))) <= {127, 128}


def test_an_axis_that_shrinks_is_averaged_even_where_the_other_grows() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2, 20_000, 3), dtype=np.uint8)
    resized = resize(noise, (100, 50))
    means = block_means(noise, 1, 200)  # (2, 100, 3)
    np.testing.assert_allclose(resized[[0, -1]], means, atol=4)  # bicubic overshoots a little


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 20000, 3), (20000, 1, 3), (3, 5, 3), (7, 9)])
@pytest.mark.parametrize("size", [(1, 1), (224, 224), (3, 400)])
def test_any_size_comes_of_any_size(shape: tuple[int, ...], size: tuple[int, int]) -> None:
    resized = resize(np.full(shape, 77, np.uint8), size)
    assert resized.shape == (size[1], size[0], *shape[2:])
    assert resized.dtype == np.uint8
    assert (resized == 77).all()


def test_the_same_size_is_the_same_pixels(photos: list[Picture]) -> None:
    pixels = photos[0].pixels
    np.testing.assert_array_equal(resize(pixels, pixels.shape[1::-1]), pixels)


def test_a_size_of_nothing_is_a_mistake(photos: list[Picture]) -> None:
    with pytest.raises(ValueError, match="positive"):
        resize(photos[0].pixels, (0, 4))


def test_the_outline_of_a_picture_falls_on_that_of_it_at_another_size() -> None:
    model = scaling((90, 70), (45, 280))
    np.testing.assert_allclose(outline((45, 280)) @ model[:2, :2].T + model[:2, 2], outline((90, 70)))
    assert outline((2, 1)).tolist() == [[-0.5, -0.5], [1.5, -0.5], [1.5, 0.5], [-0.5, 0.5]]


@pytest.mark.parametrize("size", [(224, 224), (128, 128), (99, 37), (256, 256), (128, 100), (511, 341)])
def test_colours_are_averaged_as_opencv_averages_them_to_the_last_level(photos: list[Picture], size: Size) -> None:
    for picture in photos:
        pixels = picture.pixels[: 2 * (picture.pixels.shape[0] // 2)]
        if pixels.shape[1] >= size[0] and pixels.shape[0] >= size[1]:
            np.testing.assert_array_equal(resize(pixels, size), cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
