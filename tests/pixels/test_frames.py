from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PIL import Image

from lookalike.pixels.decode import decode
from lookalike.pixels.frames import BLANK, MOST_FRAMES, SPREAD, contrast, spread, telling_frame
from lookalike.types import Pixels

Encode = Callable[..., bytes]
FORMATS = ["GIF", "PNG", "WEBP", "TIFF"]


def faded(photo: Pixels, share: float) -> Pixels:
    return (photo * share).astype(np.uint8)


def animation(encode: Encode, format: str, shown: Sequence[Pixels]) -> bytes:
    images = [Image.fromarray(pixels) for pixels in shown]
    settings = {"lossless": True} if format == "WEBP" else {}
    return encode(images[0], format, save_all=True, append_images=images[1:], **settings)


@pytest.mark.parametrize("level", [0, 255])
@pytest.mark.parametrize("format", FORMATS)
def test_a_file_that_begins_with_nothing_is_shown_by_what_comes_after(
    photo: Pixels, encode: Encode, format: str, level: int
) -> None:
    blank = np.full_like(photo, level)
    other = np.ascontiguousarray(photo[:, ::-1])
    decoded = decode(animation(encode, format, [blank, photo, other]))
    assert (decoded.frames, decoded.frame, decoded.flags) == (3, 1, ())
    assert np.abs(decoded.picture.pixels.astype(int) - photo).mean() < (0.5 if format != "GIF" else 12)


@pytest.mark.parametrize("format", FORMATS)
def test_one_that_begins_with_something_is_shown_by_that(photo: Pixels, encode: Encode, format: str) -> None:
    decoded = decode(animation(encode, format, [faded(photo, 0.2), photo]))
    assert (decoded.frames, decoded.frame) == (2, 0)


def test_a_picture_that_fades_in_is_shown_when_it_is_half_there(photo: Pixels) -> None:
    reel = [faded(photo, share) for share in np.linspace(0, 1, SPREAD)]
    number, pixels = telling_frame(len(reel), reel.__getitem__)
    assert contrast(reel[number - 1]) < contrast(photo) / 2 <= contrast(pixels)


def test_where_all_frames_are_blank_the_first_is_shown() -> None:
    reel = [np.full((4, 5, 3), level, np.uint8) for level in (0, 90, 255)]
    number, pixels = telling_frame(3, reel.__getitem__)
    assert number == 0
    np.testing.assert_array_equal(pixels, reel[0])


def test_a_later_frame_that_cannot_be_read_is_passed_over(photo: Pixels) -> None:
    def read(number: int) -> Pixels:
        if number == 1:
            raise OSError("broken")
        return [np.zeros_like(photo), photo, photo][number]

    assert telling_frame(3, read)[0] == 2


def test_a_first_frame_that_cannot_be_read_is_no_picture() -> None:
    def read(number: int) -> Pixels:
        raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        telling_frame(3, read)


def test_of_many_frames_a_bounded_number_is_decoded(photo: Pixels) -> None:
    read: list[int] = []

    def blank(number: int) -> Pixels:
        read.append(number)
        return np.zeros_like(photo)

    telling_frame(5_000, blank)
    assert len(read) <= SPREAD + 1
    assert max(read) < MOST_FRAMES
    assert spread(5_000, np.zeros((20_000, 20_000, 3), np.uint8)) == [0]


def test_five_thousand_frames_are_one_picture(encode: Encode) -> None:
    row = np.arange(5_000, dtype=np.uint8)
    images = [Image.fromarray(np.array([[level, 255 - level]], np.uint8)) for level in row]
    data = encode(images[0], "GIF", save_all=True, append_images=images[1:])
    assert decode(data).frames == 5_000


def test_contrast_is_the_largest_spread_of_a_channel(photo: Pixels) -> None:
    assert contrast(photo) == pytest.approx(photo.reshape(-1, 3).std(axis=0).max())
    assert contrast(np.full((5, 5, 3), 77, np.uint8)) < BLANK


def test_opacity_is_that_of_the_frame_that_is_shown(encode: Encode) -> None:
    nothing = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    drawn = nothing.copy()
    drawn.paste((200, 30, 30, 255), (10, 10, 30, 30))
    data = encode(nothing, "WEBP", save_all=True, append_images=[drawn], lossless=True)
    assert decode(data).frame == 1
    np.testing.assert_array_equal(decode(data, opacity=True).picture.pixels[:, :, 0], np.asarray(drawn)[:, :, 3])


def test_the_main_picture_of_a_heic_is_shown_also_where_it_is_not_the_first(photo: Pixels, encode: Encode) -> None:
    other = Image.fromarray(np.ascontiguousarray(photo[::-1]))
    settings = {"save_all": True, "append_images": [Image.fromarray(photo)], "quality": 95}
    for main, shown in ((0, np.asarray(other)), (1, photo)):
        decoded = decode(encode(other, "HEIF", primary_index=main, **settings))
        assert (decoded.frames, decoded.frame) == (2, main)
        assert np.abs(decoded.picture.pixels.astype(int) - shown).mean() < 4
