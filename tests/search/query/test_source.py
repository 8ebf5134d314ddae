"""Arrays and PIL images are read as the file that shows them."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from lookalike.pixels.decode import decode
from lookalike.search.query.source import alpha_of, sample
from lookalike.types import Picture, Pixels


def read(source: object) -> Pixels:
    return sample(source, decode=lambda data, min_side: decode(data, min_side=min_side).picture).picture(None).pixels


def reopened(image: Image.Image, format: str, **settings: object) -> tuple[bytes, Image.Image]:
    file = io.BytesIO()
    image.save(file, format, **settings)
    return file.getvalue(), Image.open(io.BytesIO(file.getvalue()))


def exchanged_primaries() -> bytes:
    """sRGB's profile with the primaries of red and blue exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = entries[b"rXYZ"] + 4, entries[b"bXYZ"] + 4
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    return bytes(profile)


@pytest.fixture
def colours() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)


def deep(mode: str) -> Image.Image:
    values = np.random.default_rng(1).integers(0, 65536, (12, 16))
    return Image.fromarray(values.astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]))


@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_an_image_of_many_tones_is_read_as_its_file(mode: str) -> None:
    data, image = reopened(deep(mode), "TIFF")
    assert image.mode == mode
    np.testing.assert_array_equal(read(image), read(data))
    assert len(np.unique(read(image))) > 50


def test_an_image_with_a_profile_is_read_as_its_file(colours: np.ndarray) -> None:
    data, image = reopened(Image.fromarray(colours), "PNG", icc_profile=exchanged_primaries())
    np.testing.assert_array_equal(read(image), read(data))
    assert (read(image) != colours).any()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_image_on_its_side_is_read_as_its_file(colours: np.ndarray, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    for format in ("PNG", "TIFF"):
        data, image = reopened(Image.fromarray(colours), format, exif=exif)
        np.testing.assert_array_equal(read(image), read(data))


@pytest.mark.parametrize("colour", [(255, 255, 255), (10, 200, 30)])
def test_alpha_is_laid_over_the_ground_of_the_file(colour: tuple[int, int, int]) -> None:
    image = Image.new("RGBA", (16, 12), (*colour, 0))
    image.putalpha(Image.linear_gradient("L").resize((16, 12)))
    data, again = reopened(image, "PNG")
    for source in (image, again, np.asarray(image), np.asarray(image) / 255):
        np.testing.assert_array_equal(read(source), read(data))
        alpha = alpha_of(source, opacity=lambda data: decode(data, opacity=True).picture)
        np.testing.assert_array_equal(alpha, np.asarray(image)[:, :, 3])


@pytest.mark.parametrize("side", [128, 224])
def test_the_array_of_the_caller_is_neither_shared_nor_made_read_only(side: int) -> None:
    given = np.zeros((side, side, 3), np.uint8)
    picture = sample(given, decode=lambda data, min_side: decode(data).picture).picture(None)
    picture.plane("itself", lambda pixels: pixels)
    given[:] = 9
    assert (picture.pixels == 0).all()


def test_a_plane_that_is_the_pixels_leaves_these_to_the_caller() -> None:
    given = np.zeros((128, 128, 3), np.uint8)
    plane = Picture(given, (128, 128)).plane("itself", lambda pixels: pixels[::1])
    given[:] = 9
    assert (plane == 0).all()
    assert not plane.flags.writeable
