from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from lookalike.errors import BadPicture
from lookalike.pixels.decode import decode
from lookalike.pixels.jpeg import divided, fraction_for
from lookalike.pixels.limits import Limits
from lookalike.types import Pixels


@pytest.fixture(scope="module")
def large(photo: Pixels) -> Image.Image:
    return Image.fromarray(photo).resize((1021, 767), Image.Resampling.BICUBIC)


@pytest.mark.parametrize(
    ("min_side", "size"), [(None, (1021, 767)), (384, (511, 384)), (385, (1021, 767)), (90, (128, 96))]
)
def test_the_shorter_side_keeps_what_is_asked_for_and_hardly_more(
    large: Image.Image, encode: Callable[..., bytes], min_side: int | None, size: tuple[int, int]
) -> None:
    decoded = decode(encode(large, "JPEG"), min_side=min_side)
    assert decoded.picture.pixels.shape[1::-1] == size
    assert decoded.picture.size == (1021, 767)
    assert decoded.flags == ()


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("settings", [{}, {"progressive": True}, {"subsampling": 0}])
def test_a_fraction_shows_what_the_whole_shows(
    large: Image.Image, encode: Callable[..., bytes], mode: str, settings: dict[str, object]
) -> None:
    image = large.resize((1024, 768)).convert(mode)
    data = encode(image, "JPEG", quality=95, **({} if mode == "L" else settings))
    whole, part = decode(data).picture, decode(data, min_side=190).picture
    assert part.pixels.shape == (192, 256, 3)
    assert part.size == whole.size == (1024, 768)
    reduced = np.asarray(Image.fromarray(whole.pixels).resize((256, 192), Image.Resampling.BOX), np.int16)
    assert np.abs(part.pixels - reduced).mean() < 1


def test_two_calls_that_need_the_same_side_see_the_same_pixels(
    large: Image.Image, encode: Callable[..., bytes]
) -> None:
    data = encode(large, "JPEG")
    first = decode(data, min_side=224)
    decode(data)
    again = decode(memoryview(bytearray(data)), min_side=224)
    np.testing.assert_array_equal(again.picture.pixels, first.picture.pixels)


def test_only_a_jpeg_comes_at_a_fraction(large: Image.Image, encode: Callable[..., bytes]) -> None:
    for format in ("PNG", "WEBP", "BMP"):
        assert decode(encode(large, format), min_side=64).picture.pixels.shape == (767, 1021, 3)


def test_above_the_limit_a_jpeg_is_decoded_at_the_fraction_below_it(
    large: Image.Image, encode: Callable[..., bytes]
) -> None:
    decoded = decode(encode(large, "JPEG"), limits=Limits(pixels=200_000))
    assert decoded.picture.pixels.shape == (384, 511, 3)
    assert decoded.picture.size == (1021, 767)
    assert decoded.flags == ("scaled",)


def test_a_jpeg_that_is_too_large_at_any_fraction_is_refused(large: Image.Image, encode: Callable[..., bytes]) -> None:
    for limits in (Limits(jpeg_pixels=700_000), Limits(pixels=10_000)):
        with pytest.raises(BadPicture) as caught:
            decode(encode(large, "JPEG"), limits=limits)
        assert caught.value.reason == "too_large"


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (9, 3000), (3000, 9), (16, 16), (4000, 3000)])
@pytest.mark.parametrize("min_side", [1, 3, 8, 224])
def test_no_fraction_falls_below_the_side_asked_for(size: tuple[int, int], min_side: int) -> None:
    fraction, _ = fraction_for(size, min_side, Limits())
    assert min(divided(size, fraction)) >= min(min_side, *size)
    if fraction < 8:
        assert min(divided(size, 2 * fraction)) < min_side


def test_a_damaged_scan_is_flagged(large: Image.Image, encode: Callable[..., bytes]) -> None:
    data = bytearray(encode(large, "JPEG"))
    middle = len(data) // 2
    data[middle : middle + 40] = b"\x55" * 40
    assert "damaged" in decode(bytes(data)).flags


def test_a_jpeg_without_its_last_bytes_is_truncated(large: Image.Image, encode: Callable[..., bytes]) -> None:
    data = encode(large, "JPEG")
    for kept in (0.2, 0.5, 0.99):
        for min_side in (None, 90):
            with pytest.raises(BadPicture) as caught:
                decode(data[: int(kept * len(data))], min_side=min_side)
            assert caught.value.reason == "truncated"


def test_a_jpeg_of_several_pictures_shows_the_first(photo: Pixels) -> None:
    file = io.BytesIO()
    first, second = Image.fromarray(photo), Image.new("RGB", (128, 96))
    first.save(file, "MPO", save_all=True, append_images=[second], quality=95)
    decoded = decode(file.getvalue())
    assert decoded.format == "jpeg"
    assert np.abs(decoded.picture.pixels.astype(int) - photo).mean() < 4


def test_colours_coded_without_luma_come_as_they_are(photo: Pixels, encode: Callable[..., bytes]) -> None:
    data = encode(photo, "JPEG", quality=95, keep_rgb=True)
    assert np.abs(decode(data).picture.pixels.astype(int) - photo).mean() < 4
