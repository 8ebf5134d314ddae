from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.describe.log_polar import LogPolar
from lookalike.types import Picture


def of(pixels: np.ndarray) -> Picture:
    pixels = np.ascontiguousarray(pixels)
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def posed(picture: Picture, degrees: float, scale: float) -> Picture:
    """Turned and enlarged about its middle, of which the inner 300 x 300 px are left."""
    height, width = picture.pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    pixels = cv2.warpAffine(
        picture.pixels, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT
    )
    top, left = (height - 300) // 2, (width - 300) // 2
    return of(pixels[top : top + 300, left : left + 300])


@pytest.mark.parametrize(("degrees", "scale"), [(20, 1), (90, 1), (0, 1.25), (35, 1.2)])
def test_turned_and_enlarged_pictures_stay_nearer_than_others(
    photos: list[Picture], degrees: float, scale: float
) -> None:
    large = [picture for picture in photos if min(picture.size) >= 300]
    plain = LogPolar().describe([posed(picture, 0, 1) for picture in large])
    moved = LogPolar().describe([posed(picture, degrees, scale) for picture in large])
    assert ((moved @ plain.T).argmax(axis=1) == np.arange(len(large))).mean() >= 0.8


def test_a_quarter_turn_changes_nothing(photos: list[Picture]) -> None:
    square = photos[0].pixels[:300, :300]
    rows = LogPolar().describe([of(square), of(np.rot90(square))])
    assert rows[0] @ rows[1] > 0.999


def test_a_mirror_image_turns_the_order_of_the_frequencies(photos: list[Picture]) -> None:
    square = photos[0].pixels[:300, :300]
    row, mirrored = LogPolar().describe([of(square), of(square[:, ::-1])])
    np.testing.assert_allclose(mirrored[:-1].reshape(23, 12)[::-1], row[:-1].reshape(23, 12), atol=0.02)


def test_an_even_picture_is_flat() -> None:
    assert LogPolar().describe([of(np.full((50, 50, 3), 90, np.uint8))])[0, -1] > 0.99
