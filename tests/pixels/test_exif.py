from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from lookalike.pixels.decode import decode
from lookalike.types import Pixels

STORED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""What a camera that writes this orientation has done to the upright picture."""
LOSSLESS = {"PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}}


def stored(upright: Pixels, orientation: int) -> Image.Image:
    image, turn = Image.fromarray(upright), STORED[orientation]
    return image if turn is None else image.transpose(turn)


def exif_with(tags: dict[int, object], *, taken: object = None) -> Image.Exif:
    exif = Image.Exif()
    exif.update(tags)
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken
    return exif


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("format", LOSSLESS)
def test_every_orientation_comes_upright(
    photo: Pixels, encode: Callable[..., bytes], format: str, orientation: int
) -> None:
    data = encode(
        stored(photo, orientation), format, exif=exif_with({0x0112: orientation}).tobytes(), **LOSSLESS[format]
    )
    decoded = decode(data)
    np.testing.assert_array_equal(decoded.picture.pixels, photo)
    assert decoded.picture.size == (128, 96)
    assert decoded.picture.pixels.flags.c_contiguous


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("format", ["JPEG", "AVIF", "HEIF"])
@pytest.mark.parametrize("min_side", [None, 24])
def test_every_orientation_comes_upright_from_a_lossy_format(
    photo: Pixels, encode: Callable[..., bytes], format: str, orientation: int, min_side: int | None
) -> None:
    data = encode(stored(photo, orientation), format, exif=exif_with({0x0112: orientation}).tobytes(), quality=95)
    picture = decode(data, min_side=min_side).picture
    height, width = picture.pixels.shape[:2]
    assert picture.size == (128, 96)
    assert width / height == pytest.approx(128 / 96)
    red, blue = picture.pixels[0, 0].astype(int), picture.pixels[-1, -1].astype(int)
    assert red[0] > 200 > 60 > red[2]
    assert blue[2] > 200 > 60 > blue[0]


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(
    photo: Pixels, encode: Callable[..., bytes], orientation: int
) -> None:
    decoded = decode(encode(photo, "PNG", exif=exif_with({0x0112: orientation}).tobytes()))
    np.testing.assert_array_equal(decoded.picture.pixels, photo)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_the_date_is_that_of_the_exposure(photo: Pixels, encode: Callable[..., bytes], format: str) -> None:
    exif = exif_with({0x0132: "2024:05:06 07:08:09"}, taken="2021:02:03 04:05:06")
    assert decode(encode(photo, format, exif=exif.tobytes())).taken == "2021-02-03T04:05:06"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF"])
def test_without_an_exposure_the_date_is_that_of_the_last_change(
    photo: Pixels, encode: Callable[..., bytes], format: str
) -> None:
    assert decode(encode(photo, format, exif=exif_with({0x0132: "2024:05:06 07:08:09"}))).taken == "2024-05-06T07:08:09"


@pytest.mark.parametrize("written", ["0000:00:00 00:00:00", "2024:02:30 00:00:00", "    :  :     :  :  ", "soon", ""])
def test_a_date_that_never_was_is_none(photo: Pixels, encode: Callable[..., bytes], written: str) -> None:
    assert decode(encode(photo, "JPEG", exif=exif_with({0x0132: written}, taken=written))).taken is None


def cyclic_block() -> bytes:
    """A directory whose EXIF, GPS and next directory are all itself."""
    entries = [struct.pack("<HHII", tag, 4, 1, 8) for tag in (0x8769, 0x8825)]
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 2) + b"".join(entries) + struct.pack("<I", 8)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_directories_that_go_round_in_circles_cost_nothing_but_the_date(
    photo: Pixels, encode: Callable[..., bytes], format: str
) -> None:
    decoded = decode(encode(photo, format, exif=cyclic_block()))
    assert decoded.picture.size == (128, 96)
    assert decoded.taken is None


def test_a_damaged_block_is_flagged_and_the_picture_kept(photo: Pixels, encode: Callable[..., bytes]) -> None:
    decoded = decode(encode(photo, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f"))
    assert decoded.picture.size == (128, 96)
    assert decoded.taken is None
