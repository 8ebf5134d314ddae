from __future__ import annotations

import io
import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from lookalike.pixels import colour
from lookalike.pixels.decode import decode
from lookalike.types import Pixels


def pixels_of(data: bytes) -> Pixels:
    return decode(data).picture.pixels


def test_alpha_lies_over_white(photo: Pixels, encode: Callable[..., bytes]) -> None:
    alpha = np.linspace(0, 255, photo.shape[0] * photo.shape[1]).astype(np.uint8).reshape(photo.shape[:2])
    data = encode(np.dstack([photo, alpha]), "PNG")
    share = alpha[..., None] / 255
    np.testing.assert_allclose(pixels_of(data), photo * share + 255 * (1 - share), atol=1)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF", "AVIF", "HEIF", "ICO"])
def test_what_is_wholly_transparent_is_white(encode: Callable[..., bytes], format: str) -> None:
    image = Image.new("RGBA", (32, 32), (200, 30, 30, 255))
    image.paste((10, 200, 10, 0), (0, 0, 16, 32))
    settings = {"sizes": [(32, 32)]} if format == "ICO" else {"lossless": True} if format == "WEBP" else {}
    pixels = pixels_of(encode(image, format, **settings)).astype(int)
    assert (pixels[:, :12] >= 250).all()
    assert np.abs(pixels[:, 20:] - (200, 30, 30)).max() <= 6


def test_grey_with_alpha_lies_over_white(encode: Callable[..., bytes]) -> None:
    image = Image.merge("LA", [Image.new("L", (4, 4), 100), Image.new("L", (4, 4), 51)])
    assert (pixels_of(encode(image, "PNG")) == 224).all()


@pytest.mark.parametrize("format", ["PNG", "GIF"])
def test_a_transparent_entry_of_a_palette_is_white(encode: Callable[..., bytes], format: str) -> None:
    image = Image.new("P", (8, 8), 1)
    image.putpalette([0, 0, 0, 200, 10, 20, 0, 0, 255])
    image.paste(2, (0, 0, 4, 8))
    pixels = pixels_of(encode(image, format, transparency=2))
    assert (pixels[:, :4] == 255).all()
    assert (pixels[:, 4:] == (200, 10, 20)).all()


def test_a_palette_with_an_alpha_for_each_entry_lies_over_white(encode: Callable[..., bytes]) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putpixel((1, 0), 1)
    assert pixels_of(encode(image, "PNG", transparency=b"\x80\xff")).tolist() == [[[127] * 3, [255, 0, 0]]]


def test_a_single_transparent_colour_is_white(encode: Callable[..., bytes]) -> None:
    image = Image.new("RGB", (2, 1), (1, 2, 3))
    image.putpixel((1, 0), (4, 5, 6))
    assert pixels_of(encode(image, "PNG", transparency=(1, 2, 3))).tolist() == [[[255] * 3, [4, 5, 6]]]


@pytest.mark.parametrize("format", ["PNG", "TIFF", "BMP", "PPM", "GIF"])
def test_one_bit_is_black_and_white(encode: Callable[..., bytes], format: str) -> None:
    board = np.indices((16, 24)).sum(axis=0) % 2 == 0
    assert (pixels_of(encode(Image.fromarray(board), format)) == board[..., None] * 255).all()


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits", "group4"])
def test_a_fax_and_every_lossless_compression_of_tiff_round_trip(
    encode: Callable[..., bytes], compression: str | None
) -> None:
    board = np.indices((16, 24)).sum(axis=0) % 3 == 0
    pixels = pixels_of(encode(Image.fromarray(board), "TIFF", compression=compression))
    assert (pixels == board[..., None] * 255).all()


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_shows_the_colours_that_it_was_made_of(photo: Pixels, encode: Callable[..., bytes], format: str) -> None:
    cmyk = Image.fromarray(photo).convert("CMYK")
    pixels = pixels_of(encode(cmyk, format, **({"quality": 95} if format == "JPEG" else {})))
    assert np.abs(pixels.astype(int) - photo).mean() < 4


@pytest.mark.parametrize("mode", ["L", "RGB", "YCbCr", "LAB", "RGBX", "RGBA", "LA"])
def test_every_mode_of_tiff_shows_what_was_stored(encode: Callable[..., bytes], photo: Pixels, mode: str) -> None:
    rgb = Image.fromarray(photo)
    if mode == "LAB":
        from PIL import ImageCms

        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        image = ImageCms.profileToProfile(rgb, *profiles, outputMode="LAB")
    else:
        image = rgb.convert(mode)
    expected = np.asarray(rgb.convert("L").convert("RGB") if mode in ("L", "LA") else rgb)
    assert np.abs(pixels_of(encode(image, "TIFF")).astype(int) - expected).mean() < 2


@pytest.mark.parametrize("format", ["PNG", "TIFF", "PPM"])
def test_16_bit_grey_is_scaled_and_not_clipped(encode: Callable[..., bytes], format: str) -> None:
    ramp = np.arange(0, 65536, 16, dtype=np.uint16).reshape(64, 64)
    pixels = pixels_of(encode(Image.fromarray(ramp), format))
    np.testing.assert_array_equal(pixels, np.repeat((ramp >> 8)[..., None], 3, axis=2))


def test_16_bit_grey_of_the_other_byte_order_is_the_same() -> None:
    assert pixels_of(tiff(np.array([[256, 65535]], ">u2"), order="MM")).tolist() == [[[1] * 3, [255] * 3]]


def test_16_bit_colour_is_scaled_and_not_clipped() -> None:
    ramp = np.arange(0, 65536, 64, dtype="<u2").reshape(16, 64)
    colours = np.dstack([ramp, ramp[::-1], ramp.T.reshape(16, 64)])
    np.testing.assert_array_equal(pixels_of(tiff(colours)), colours >> 8)
    np.testing.assert_array_equal(pixels_of(png_of_16_bit_colour(colours)), colours >> 8)


def test_float_runs_from_its_low_to_its_high_percentile(encode: Callable[..., bytes]) -> None:
    values = np.linspace(-3.0, 5.0, 10_000, dtype=np.float32).reshape(100, 100)
    decoded = decode(encode(Image.fromarray(values), "TIFF"))
    expected = np.interp(values, np.percentile(values, [0.1, 99.9], method="nearest"), [0, 255])
    np.testing.assert_allclose(decoded.picture.pixels[..., 0], expected, atol=0.51)
    assert decoded.flags == ()


def test_nan_is_black_and_flagged_and_infinity_is_the_end_it_lies_at(encode: Callable[..., bytes]) -> None:
    values = np.full((20, 20), 0.5, np.float32)
    values[:10] = 0.25
    values[0, :4] = np.nan, np.inf, -np.inf, 0.5
    decoded = decode(encode(Image.fromarray(values), "TIFF"))
    assert decoded.picture.pixels[0, :4, 0].tolist() == [0, 255, 0, 255]
    assert decoded.flags == ("nan",)


@pytest.mark.parametrize("value", [np.nan, 7.0, np.inf])
def test_float_without_contrast_is_one_flat_picture(encode: Callable[..., bytes], value: float) -> None:
    pixels = pixels_of(encode(Image.fromarray(np.full((5, 6), value, np.float32)), "TIFF"))
    assert len(np.unique(pixels)) == 1


def test_a_few_stars_in_the_dark_keep_their_light(encode: Callable[..., bytes]) -> None:
    night = np.zeros((100, 100), np.float32)
    night[50, 50] = 1000.0
    assert pixels_of(encode(Image.fromarray(night), "TIFF")).max() == 255


def test_float_of_the_widest_range_overflows_nothing(encode: Callable[..., bytes]) -> None:
    values = np.array([[-3.4e38, 0.0, 3.4e38]], np.float32)
    assert pixels_of(encode(Image.fromarray(values), "TIFF"))[0, :, 0].tolist() == [0, 128, 255]


def test_32_bit_integers_run_from_percentile_to_percentile(encode: Callable[..., bytes]) -> None:
    values = np.arange(-5000, 5000, dtype=np.int32).reshape(100, 100) * 1000
    pixels = pixels_of(encode(Image.fromarray(values), "TIFF"))
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert abs(int(pixels[50, 0, 0]) - 128) <= 1


def tiff(values: np.ndarray, order: str = "II") -> bytes:
    """An uncompressed TIFF of 16 bits, (h, w) or (h, w, 3), which Pillow cannot write in every byte order."""
    end = "<" if order == "II" else ">"
    height, width, *channels = values.shape
    count = channels[0] if channels else 1
    tags = [
        (256, 3, 1, width), (257, 3, 1, height), (258, 3, count, 16 if count == 1 else 8), (259, 3, 1, 1),
        (262, 3, 1, 2 if count == 3 else 1), (273, 4, 1, 200), (277, 3, 1, count), (278, 3, 1, height),
        (279, 4, 1, values.nbytes),
    ]  # fmt: skip
    head = order.encode() + struct.pack(end + "HI", 42, 16) + struct.pack(end + "HHH", 16, 16, 16) + bytes(2)
    directory = struct.pack(end + "H", len(tags))
    for tag, kind, number, value in tags:
        inline = struct.pack(end + "HH", value, 0) if kind == 3 and number == 1 else struct.pack(end + "I", value)
        directory += struct.pack(end + "HHI", tag, kind, number) + inline
    return (head + directory + bytes(4)).ljust(200, b"\0") + values.tobytes()


def png_of_16_bit_colour(values: np.ndarray) -> bytes:
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    file = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    file.seek(0, io.SEEK_END)
    file.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)))
    file.write(chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return file.getvalue()


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1", "LA", "RGBA", "CMYK"])
def test_a_picture_converted_in_bands_is_the_one_converted_whole(
    photo: Pixels, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = Image.fromarray(photo)
    if mode in ("LA", "RGBA"):  # opaque but for a few rows: a band has alpha, or none
        image.putalpha(Image.fromarray(np.repeat(np.arange(96) % 40 + 216, 128).reshape(96, 128).astype(np.uint8)))
    image = image.convert(mode)
    if mode == "P":
        image.info["transparency"] = image.getpixel((0, 0))
    whole, odd = colour.srgb(image)
    monkeypatch.setattr(colour, "_BAND", 7 * 128)
    banded, odd_in_bands = colour.srgb(image)
    np.testing.assert_array_equal(banded, whole)
    assert odd_in_bands == odd
