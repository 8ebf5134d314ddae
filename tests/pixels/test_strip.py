from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest

from lookalike.pixels.decode import decode
from lookalike.pixels.strip import without_metadata
from lookalike.types import Pixels


def chunk(kind: bytes, body: bytes, *, crc: int | None = None) -> bytes:
    return (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body) if crc is None else crc)
    )


@pytest.mark.parametrize(
    "damaged",
    [
        chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**27), 9)),
        chunk(b"tEXt", b"Comment\0x", crc=1),
        chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(2**27), 9)),
        chunk(b"gAMA", b"\0"),
        chunk(b"pHYs", b"\0\0"),
    ],
    ids=["zTXt-bomb", "tEXt-crc", "iCCP-bomb", "gAMA-short", "pHYs-short"],
)
def test_a_png_with_a_damaged_chunk_is_decoded_without_it(
    photo: Pixels, encode: Callable[..., bytes], damaged: bytes
) -> None:
    data = encode(photo, "PNG")
    decoded = decode(data[:33] + damaged + data[33:])
    np.testing.assert_array_equal(decoded.picture.pixels, photo)
    assert decoded.flags == ("metadata",)


def test_transparency_is_no_metadata(encode: Callable[..., bytes], photo: Pixels) -> None:
    from PIL import Image

    image = Image.fromarray(photo).quantize(16)
    data = encode(image, "PNG", transparency=bytes(16))
    decoded = decode(data[:33] + chunk(b"tEXt", b"Comment\0x", crc=1) + data[33:])
    assert (decoded.picture.pixels == 255).all()


def test_a_jpeg_keeps_all_that_its_pixels_need(photo: Pixels, encode: Callable[..., bytes]) -> None:
    data = encode(photo, "JPEG", exif=b"Exif\0\0", comment=b"to be dropped", icc_profile=b"x" * 500)
    stripped = without_metadata("jpeg", data)
    assert stripped is not None
    assert b"to be dropped" not in stripped
    assert stripped == encode(photo, "JPEG")


def test_where_there_is_nothing_to_take_away_there_is_no_second_file(
    photo: Pixels, encode: Callable[..., bytes]
) -> None:
    assert without_metadata("jpeg", encode(photo, "JPEG")) is None
    assert without_metadata("png", encode(photo, "PNG")) is None
    assert without_metadata("gif", encode(photo, "GIF")) is None
