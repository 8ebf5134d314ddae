"""What pictures go through: where a box comes to lie, and what is still whole."""

import io

import cv2
import numpy as np
import pytest
import skimage.data
from PIL import Image

from lookalike.evaluate.near_misses.worn import COPIES, WEARS, copied, is_whole, wears_of

MARK = (120.0, 80.0, 24.0, 16.0)


def marked() -> np.ndarray:
    """Grey, with a white box where `MARK` says."""
    pixels = np.full((240, 320, 3), 90, np.uint8)
    pixels[80:96, 120:144] = 255
    return pixels


def opened(data: bytes) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(data)).convert("L"))


@pytest.mark.parametrize("name", WEARS)
def test_a_box_lies_where_its_content_has_gone(name: str) -> None:
    worn = WEARS[name]((marked(),), np.random.default_rng(3))
    shown = cv2.medianBlur(opened(worn.data), 3)  # without the specks of a fax
    assert worn.size == shown.shape[::-1]
    x, y, w, h = worn.box(MARK)
    rows, columns = np.nonzero(shown[20:-20, 20:-20] > 160)  # the ground of a turned one is bright at the rim
    assert columns.min() + 20 == pytest.approx(x, abs=1.5)
    assert rows.min() + 20 == pytest.approx(y, abs=1.5)
    assert columns.max() + 21 == pytest.approx(x + w, abs=1.5)
    assert rows.max() + 21 == pytest.approx(y + h, abs=1.5)


@pytest.mark.parametrize("name", [name for name in WEARS if name != "faxed"])
def test_alpha_and_frames_outlast_all_wear(name: str) -> None:
    frames = tuple(np.dstack([np.roll(marked(), 40 * at, 1), np.full((240, 320), 255, np.uint8)]) for at in range(3))
    for frame in frames:
        frame[:100, :100, 3] = 0
    with Image.open(io.BytesIO(WEARS[name](frames, np.random.default_rng(0)).data)) as image:
        assert getattr(image, "n_frames", 1) == 3
        assert np.array(image.convert("RGBA"))[20, 20, 3] == 0


def test_paper_alone_is_faxed() -> None:
    assert "faxed" in wears_of("form")
    assert "faxed" not in wears_of("camera")


def test_wear_without_loss_gives_the_pixels_back() -> None:
    worn = WEARS["as made"]((marked(),), np.random.default_rng(0))
    assert np.array_equal(np.array(Image.open(io.BytesIO(worn.data))), marked())


def test_most_edits_keep_a_picture_whole_and_small_crops_do_not() -> None:
    photo = (skimage.data.coffee(),)
    whole = {name: is_whole(photo, copied(photo, name, 1, skimage.data.rocket())) for name in COPIES}
    assert whole["jpeg"]
    assert whole["flip"]
    assert whole["scale"]
    assert not whole["crop to 30 %"]
    assert not whole["crop to 10 %"]
    assert not whole["collage"]


def test_white_on_nothing_is_copied_over_a_ground_that_shows_it() -> None:
    drawn = np.full((200, 200, 4), 255, np.uint8)
    drawn[..., 3] = 0
    drawn[60:140, 60:140, 3] = 255
    copy = opened(copied((drawn,), "jpeg", 0, skimage.data.coffee()).data)
    assert int(copy[100, 100]) - int(copy[20, 20]) > 150
