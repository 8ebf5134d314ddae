from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageCms

from lookalike.pixels.decode import decode
from lookalike.types import Pixels


def profile_of(name: str) -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


def swapped() -> bytes:
    """sRGB with the primaries of red and blue exchanged: what it calls red is blue."""
    profile = bytearray(profile_of("sRGB"))
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = entries[b"rXYZ"] + 4, entries[b"bXYZ"] + 4
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    return bytes(profile)


def of_gamma(gamma: float) -> bytes:
    """sRGB's primaries with a tone curve of its own, as Adobe RGB has."""
    profile = bytearray(profile_of("sRGB"))
    (count,) = struct.unpack_from(">I", profile, 128)
    for at in range(132, 132 + 12 * count, 12):
        if profile[at : at + 4] in (b"rTRC", b"gTRC", b"bTRC"):
            (offset,) = struct.unpack_from(">I", profile, at + 4)
            profile[offset : offset + 14] = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
            struct.pack_into(">I", profile, at + 8, 14)
    return bytes(profile)


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP", "JPEG", "AVIF", "HEIF"])
def test_colours_are_those_that_the_profile_means(photo: Pixels, encode: Callable[..., bytes], format: str) -> None:
    settings = {"lossless": True} if format == "WEBP" else {"quality": 95} if format in ("JPEG", "AVIF", "HEIF") else {}
    decoded = decode(encode(photo, format, icc_profile=swapped(), **settings))
    difference = np.abs(decoded.picture.pixels.astype(int) - photo[..., ::-1]).mean()
    assert difference < (4 if "quality" in settings else 1.5)
    assert decoded.flags == ()


def test_a_jpeg_at_a_fraction_has_its_profile_applied(photo: Pixels, encode: Callable[..., bytes]) -> None:
    plain = decode(encode(photo, "JPEG", quality=95), min_side=24).picture
    meant = decode(encode(photo, "JPEG", quality=95, icc_profile=swapped()), min_side=24).picture
    assert meant.pixels.shape == plain.pixels.shape == (24, 32, 3)
    assert np.abs(meant.pixels[..., ::-1].astype(int) - plain.pixels).max() <= 3


def test_tones_follow_the_curve_of_the_profile(encode: Callable[..., bytes]) -> None:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    linear = (np.arange(256) / 255) ** 1.8
    srgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055) * 255
    pixels = decode(encode(ramp, "PNG", icc_profile=of_gamma(1.8))).picture.pixels
    np.testing.assert_allclose(pixels[0, :, 0], srgb, atol=2)


def test_a_profile_that_is_srgb_changes_no_pixel(photo: Pixels, encode: Callable[..., bytes]) -> None:
    data = encode(photo, "PNG", icc_profile=profile_of("sRGB"))
    np.testing.assert_array_equal(decode(data).picture.pixels, photo)


def test_alpha_is_laid_over_white_after_the_profile(encode: Callable[..., bytes]) -> None:
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 128))
    pixels = decode(encode(image, "PNG", icc_profile=swapped())).picture.pixels.astype(int)
    assert np.abs(pixels - (127, 127, 255)).max() <= 2


@pytest.mark.parametrize("profile", [b"not a profile", profile_of("sRGB")[:200], profile_of("LAB"), b"\0" * 4000])
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_profile_that_cannot_be_used_is_flagged_and_ignored(
    photo: Pixels, encode: Callable[..., bytes], format: str, profile: bytes
) -> None:
    without = decode(encode(photo, format)).picture.pixels
    decoded = decode(encode(photo, format, icc_profile=profile))
    np.testing.assert_array_equal(decoded.picture.pixels, without)
    assert decoded.flags == ("icc",)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_colour_profile_on_a_grey_picture_is_flagged_and_ignored(
    photo: Pixels, encode: Callable[..., bytes], format: str
) -> None:
    grey = Image.fromarray(photo).convert("L")
    decoded = decode(encode(grey, format, icc_profile=swapped()))
    np.testing.assert_array_equal(decoded.picture.pixels, decode(encode(grey, format)).picture.pixels)
    assert decoded.flags == ("icc",)
