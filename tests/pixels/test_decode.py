from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from lookalike.errors import BadPicture
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.types import Pixels

LOSSLESS = {"PNG": {}, "WEBP": {"lossless": True}, "BMP": {}, "TIFF": {}, "PPM": {}}
LOSSY = {"JPEG": {"quality": 95}, "AVIF": {"quality": 95}, "HEIF": {"quality": 95}}
NAMES = {"HEIF": "heic"}


def png(width: int, height: int, *, rows: bytes, colour: int = 0) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def reason_of(data: bytes, **settings: object) -> str:
    with pytest.raises(BadPicture) as caught:
        decode(data, **settings)
    return caught.value.reason


@pytest.mark.parametrize("format", LOSSLESS)
def test_a_lossless_format_round_trips(photo: Pixels, encode: Callable[..., bytes], format: str) -> None:
    decoded = decode(encode(photo, format, **LOSSLESS[format]))
    np.testing.assert_array_equal(decoded.picture.pixels, photo)
    assert (decoded.picture.size, decoded.format) == ((128, 96), format.lower())
    assert (decoded.taken, decoded.flags) == (None, ())


@pytest.mark.parametrize("format", LOSSY)
def test_a_lossy_format_comes_near(photo: Pixels, encode: Callable[..., bytes], format: str) -> None:
    decoded = decode(encode(photo, format, **LOSSY[format]))
    assert np.abs(decoded.picture.pixels.astype(int) - photo).mean() < 4
    assert (decoded.picture.size, decoded.format) == ((128, 96), NAMES.get(format, format.lower()))


def test_a_gif_shows_its_palette(photo: Pixels, encode: Callable[..., bytes]) -> None:
    image = Image.fromarray(photo).quantize(64)
    decoded = decode(encode(image, "GIF"))
    np.testing.assert_array_equal(decoded.picture.pixels, np.asarray(image.convert("RGB")))
    assert decoded.format == "gif"


def test_an_icon_shows_the_largest_of_its_pictures(photo: Pixels, encode: Callable[..., bytes]) -> None:
    image = Image.fromarray(photo).resize((64, 64))
    decoded = decode(encode(image, "ICO", sizes=[(16, 16), (64, 64), (32, 32)]))
    np.testing.assert_array_equal(decoded.picture.pixels, np.asarray(image))
    assert decoded.format == "ico"


@pytest.mark.parametrize(("format", "settings"), [("PNG", {}), ("GIF", {}), ("WEBP", {"lossless": True}), ("TIFF", {})])
def test_of_several_frames_the_first_is_shown(encode: Callable[..., bytes], format: str, settings: dict) -> None:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "blue", "lime")]
    decoded = decode(encode(frames[0], format, save_all=True, append_images=frames[1:], **settings))
    assert (decoded.picture.pixels == (255, 0, 0)).all()


@pytest.mark.parametrize("size", [(1, 1), (20000, 1), (1, 20000)])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "BMP", "TIFF", "GIF", "PPM"])
def test_the_narrowest_pictures_are_pictures(encode: Callable[..., bytes], format: str, size: tuple[int, int]) -> None:
    picture = decode(encode(Image.new("RGB", size, "white"), format), min_side=224).picture
    assert picture.size == picture.pixels.shape[1::-1] == size
    assert (picture.pixels == 255).all()


@pytest.mark.parametrize(
    "data",
    [
        png(0, 0, rows=zlib.compress(b"")),
        png(0, 5, rows=zlib.compress(b"")),
        b"P6 0 0 255\n",
        b"GIF89a" + bytes(7) + b"\x2c" + bytes(9) + b"\x02\0\0\x3b",
        b"BM" + struct.pack("<IHHI IiiHHIIiiII", 54, 0, 0, 54, 40, 0, 0, 1, 24, 0, 0, 0, 0, 0, 0),
    ],
    ids=["png", "png-0x5", "ppm", "gif", "bmp"],
)
def test_nothing_by_nothing_is_no_picture(data: bytes) -> None:
    assert reason_of(data) in ("truncated", "not_an_image")


def jpeg_head(width: int, height: int) -> bytes:
    frame = struct.pack(">BHHB", 8, height, width, 3) + b"\x01\x22\0\x02\x11\0\x03\x11\0"
    scan = b"\x03\x01\0\x02\x11\x03\x11\0\x3f\0"
    segments = [(0xC0, frame), (0xDA, scan)]
    return b"\xff\xd8" + b"".join(b"\xff" + bytes([m]) + struct.pack(">H", len(b) + 2) + b for m, b in segments)


@pytest.mark.parametrize(
    "data",
    [
        png(60_000, 60_000, rows=zlib.compress(b"")),
        jpeg_head(60_000, 60_000),
        b"GIF89a"
        + struct.pack("<HH", 60_000, 60_000)
        + b"\0\0\0\x2c\0\0\0\0"
        + struct.pack("<HH", 60_000, 60_000)
        + b"\0\x08",
        b"BM" + struct.pack("<IHHI IiiHHIIiiII", 54, 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0),
        b"P6 60000 60000 255\n",
        b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + (16_000 - 1).to_bytes(3, "little") * 2 + b"ANIM",
    ],
    ids=["png", "jpeg", "gif", "bmp", "ppm", "webp"],
)
def test_a_header_that_promises_too_much_is_refused(data: bytes) -> None:
    assert reason_of(data) == "too_large"


@pytest.mark.parametrize("format", ["PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF", "PPM"])
def test_more_pixels_than_the_limit_are_refused_and_no_fewer(
    photo: Pixels, encode: Callable[..., bytes], format: str
) -> None:
    data = encode(photo, format)
    assert decode(data, limits=Limits(pixels=128 * 96)).picture.size == (128, 96)
    assert reason_of(data, limits=Limits(pixels=128 * 96 - 1)) == "too_large"


def test_more_bytes_than_the_limit_are_refused(photo: Pixels, encode: Callable[..., bytes]) -> None:
    assert reason_of(encode(photo, "PNG"), limits=Limits(bytes=100)) == "too_large"


def icon_of(content: bytes) -> bytes:
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 8, len(content), 22) + content


def test_an_icon_that_smuggles_in_a_larger_picture_is_refused_before_it_is_unpacked() -> None:
    inner = png(5000, 5000, rows=zlib.compress(bytes(5001 * 5000), 9))
    with pytest.raises(BadPicture, match=r"too_large: Image size .* exceeds limit of 1000000 pixels"):
        decode(icon_of(inner), limits=Limits(pixels=1_000_000))
    inner = struct.pack("<IiiHHIIiiII", 40, 5000, 10_000, 1, 8, 1, 0, 0, 0, 1, 0) + bytes(4) + b"\0\1"
    assert reason_of(icon_of(inner), limits=Limits(pixels=1_000_000)) == "too_large"


def test_a_directory_of_tiff_that_goes_round_in_circles_is_read_once(
    photo: Pixels, encode: Callable[..., bytes]
) -> None:
    data = bytearray(encode(photo, "TIFF"))
    (directory,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, directory)
    struct.pack_into("<I", data, directory + 2 + 12 * count, directory)
    np.testing.assert_array_equal(decode(bytes(data)).picture.pixels, photo)


def test_warnings_of_the_decoder_are_no_warnings_of_ours(photo: Pixels, encode: Callable[..., bytes]) -> None:
    bound = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decode(encode(photo, "PNG"), limits=Limits(pixels=128 * 96))
    assert bound == Image.MAX_IMAGE_PIXELS


def test_a_side_of_nothing_is_a_mistake_of_the_caller(photo: Pixels, encode: Callable[..., bytes]) -> None:
    with pytest.raises(ValueError, match="min_side"):
        decode(encode(photo, "PNG"), min_side=0)
