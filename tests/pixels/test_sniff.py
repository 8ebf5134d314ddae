from __future__ import annotations

import io
import pickle
from collections.abc import Callable

import pytest
from PIL import Image

from lookalike.errors import BadPicture
from lookalike.pixels.sniff import HEAD, format_of, sniff
from lookalike.types import Pixels

PILLOW_NAMES = {
    "JPEG": "jpeg", "PNG": "png", "WEBP": "webp", "GIF": "gif", "BMP": "bmp",
    "TIFF": "tiff", "AVIF": "avif", "HEIF": "heic", "PPM": "ppm", "ICO": "ico",
}  # fmt: skip


@pytest.mark.parametrize(("pillow_name", "format"), PILLOW_NAMES.items())
def test_the_first_64_bytes_tell_the_format(
    photo: Pixels, encode: Callable[..., bytes], pillow_name: str, format: str
) -> None:
    assert sniff(encode(photo, pillow_name)[:HEAD]) == format


@pytest.mark.parametrize(
    "data",
    [
        b"BMW is a maker of cars, and this is a text",
        b"P5: the fifth paragraph",
        b"%PDF-1.7\n",
        b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41",
        b"\0\0\1\xba the start of an MPEG stream",
        b"\0\1\0\0\0\x0f a TrueType font",
        bytes(4096),
        pickle.dumps({"a": 1}),
        b"RIFF\x24\0\0\0WAVEfmt ",
        b"<html><svg></svg></html>",
    ],
)
def test_what_is_no_picture_is_named_so(data: bytes) -> None:
    with pytest.raises(BadPicture) as caught:
        format_of(data)
    assert caught.value.reason == "not_an_image"


def test_an_empty_file_is_no_picture() -> None:
    with pytest.raises(BadPicture, match="not_an_image: the file is empty"):
        format_of(b"")


@pytest.mark.parametrize(
    "data",
    [
        b"8BPS\0\1 Photoshop",
        b"\xff\x0a\xfa\x7f JPEG XL",
        b"\0\0\0\x0cJXL \r\n\x87\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- drawn -->\n<svg width="1"/>',
    ],
)
def test_a_picture_of_another_format_is_unsupported(data: bytes) -> None:
    with pytest.raises(BadPicture) as caught:
        format_of(data)
    assert caught.value.reason == "unsupported"


def test_a_film_that_names_a_still_among_its_brands_is_no_picture() -> None:
    assert sniff(b"\0\0\0\x18ftypisom\0\0\2\0isommif1") is None


def test_a_container_of_either_codec_is_avif_where_it_says_so() -> None:
    assert sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif") == "avif"
    assert sniff(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic") == "heic"


def test_a_bitmap_without_the_header_of_a_file_is_named_so() -> None:
    file = io.BytesIO()
    Image.new("RGB", (5, 4)).save(file, "BMP")
    with pytest.raises(BadPicture, match="unsupported: a bitmap without the header"):
        format_of(file.getvalue()[14:])
