"""Which files have one fingerprint, and which that look alike have not."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from lookalike.pixels import frames
from lookalike.pixels.fingerprint import fingerprint, fingerprint_of_image, fingerprint_of_pixels
from lookalike.pixels.limits import Limits
from lookalike.types import Pixels

Encode = Callable[..., bytes]


def told(data: bytes) -> str:
    found = fingerprint(data)
    assert found.digest is not None, found.why
    return found.digest


def why_not(data: bytes) -> str:
    found = fingerprint(data)
    assert found.digest is None
    return found.why


def deep_png(samples: np.ndarray, extra: bytes = b"") -> bytes:
    """(h, w, 1 to 4) uint16 as a PNG of 16 bits; `extra` chunks before the pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    h, w, channels = samples.shape
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    head = struct.pack(">IIBBBBB", w, h, 16, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), extra, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    )


def deep_tiff(samples: np.ndarray) -> bytes:
    """(h, w, 3) uint16 as an uncompressed TIFF of 16 bits, little-endian."""
    h, w, _ = samples.shape
    body = samples.astype("<u2").tobytes()
    entries = [
        (256, 4, 1, w), (257, 4, 1, h), (258, 3, 3, 8 + len(body)), (259, 3, 1, 1), (262, 3, 1, 2),
        (273, 4, 1, 8), (277, 3, 1, 3), (278, 4, 1, h), (279, 4, 1, len(body)),
    ]  # fmt: skip
    bits = struct.pack("<HHH", 16, 16, 16)
    table = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(body) + len(bits)) + body + bits + table


def exchanged_primaries() -> bytes:
    """sRGB's profile with the primaries of red and blue exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = entries[b"rXYZ"] + 4, entries[b"bXYZ"] + 4
    profile[red : red + 8], profile[blue : blue + 8] = profile[blue : blue + 8], profile[red : red + 8]
    return bytes(profile)


@pytest.fixture
def samples() -> np.ndarray:
    """(6, 8, 4) of 16 bits."""
    return np.random.default_rng(0).integers(1, 65536, (6, 8, 4), dtype=np.uint16)


@pytest.fixture
def still() -> Image.Image:
    """Of few colours, so that a palette holds it."""
    return Image.fromarray(np.random.default_rng(1).integers(0, 6, (20, 30, 3), dtype=np.uint8) // 3 * 200)


def animation(encode: Encode, format: str, shown: Sequence[Image.Image], **settings: object) -> bytes:
    lossless = {"lossless": True} if format == "WEBP" else {}
    return encode(shown[0], format, save_all=True, append_images=shown[1:], **{"duration": 100, **lossless, **settings})


# the same, written otherwise


@pytest.mark.parametrize(
    ("format", "settings"), [("PNG", {"compress_level": 0}), ("WEBP", {"lossless": True}), ("BMP", {}), ("TIFF", {})]
)
def test_containers_do_not_count(still: Image.Image, encode: Encode, format: str, settings: dict) -> None:
    assert told(encode(still, format, **settings)) == told(encode(still, "PNG"))


def test_a_palette_and_the_colours_that_it_stands_for_are_the_same(still: Image.Image, encode: Encode) -> None:
    palette = still.quantize(16)
    assert palette.mode == "P"
    for format in ("PNG", "GIF"):
        assert told(encode(palette, format)) == told(encode(palette.convert("RGB"), "PNG"))


def test_grey_is_the_same_in_one_channel_in_three_and_in_one_bit(encode: Encode) -> None:
    ink = Image.fromarray(np.random.default_rng(2).integers(0, 2, (20, 30), dtype=np.uint8) * 255)
    digests = {told(encode(ink.convert(mode), "PNG")) for mode in ("1", "L", "RGB", "LA", "RGBA", "P")}
    assert len(digests) == 1


def test_what_metadata_say_of_a_jpeg_does_not_count_but_its_pixels_do(photo: Pixels, encode: Encode) -> None:
    one = encode(photo, "JPEG", quality=90)
    assert told(encode(photo, "JPEG", quality=90, comment=b"from a trip", dpi=(300, 300))) == told(one)
    assert told(encode(photo, "JPEG", quality=91)) != told(one)


def test_a_file_an_array_and_a_pil_image_of_it_agree(still: Image.Image, encode: Encode) -> None:
    veil = still.copy()
    veil.putalpha(Image.linear_gradient("L").resize(still.size))
    for image in (still, veil, still.convert("L")):
        assert fingerprint_of_image(image).digest == told(encode(image, "PNG"))
    assert fingerprint_of_pixels(np.asarray(veil)).digest == told(encode(veil, "PNG"))
    assert fingerprint(encode(still, "PNG")).is_plain
    assert not fingerprint(encode(veil, "PNG")).is_plain


# what was decoded away


def test_one_level_of_one_pixel_counts(photo: Pixels, encode: Encode) -> None:
    other = photo.copy()
    other[40, 50, 1] ^= 1
    assert told(encode(other, "PNG")) != told(encode(photo, "PNG"))


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("channel", ["first", "last"])
def test_the_low_byte_of_16_bits_counts(samples: np.ndarray, channels: int, channel: str) -> None:
    one = samples[..., :channels]
    other = one.copy()
    other[3, 4, 0 if channel == "first" else -1] ^= 1
    assert told(deep_png(other)) != told(deep_png(one)) == told(deep_png(one.copy()))


def test_16_bits_are_the_same_in_png_and_in_tiff(samples: np.ndarray) -> None:
    one, other = samples[..., :3], samples[..., :3].copy()
    other[0, 0, 2] ^= 1
    assert told(deep_png(one)) == told(deep_tiff(one))
    assert told(deep_png(one)) != told(deep_tiff(other))


def test_16_bits_of_one_and_of_three_channels_are_the_same_grey(samples: np.ndarray) -> None:
    grey = samples[..., :1]
    assert told(deep_png(grey)) == told(deep_png(np.repeat(grey, 3, axis=2)))


def test_16_bits_are_not_the_8_that_are_shown_of_them(samples: np.ndarray, encode: Encode) -> None:
    level = (samples[..., :3] >> 8).astype(np.uint8)
    assert told(deep_png(samples[..., :3])) != told(encode(level, "PNG"))
    assert told(deep_png(level.astype(np.uint16) * 257)) != told(encode(level, "PNG"))


def test_a_key_colour_of_16_bits_is_transparent_at_all_16(samples: np.ndarray) -> None:
    def key(*levels: int) -> bytes:
        body = struct.pack(">HHH", *levels)
        return struct.pack(">I", len(body)) + b"tRNS" + body + struct.pack(">I", zlib.crc32(b"tRNS" + body))

    one = samples[..., :3].copy()
    one[0, 0] = 256
    one[0, 1] = 257
    assert len({told(deep_png(one, extra)) for extra in (b"", key(256, 256, 256), key(257, 257, 257))}) == 3


def test_colour_counts_where_alpha_lets_it_through_and_nowhere_else(encode: Encode) -> None:
    def veiled(colour: int, alpha: int) -> str:
        pixels = np.full((9, 9, 4), 255, np.uint8)
        pixels[4, 4] = (colour, 0, 0, alpha)
        return told(encode(pixels, "PNG"))

    assert veiled(10, 0) == veiled(200, 0)
    assert veiled(10, 1) != veiled(200, 1)
    assert veiled(10, 255) != veiled(10, 254)


def test_white_on_nothing_is_not_white(encode: Encode) -> None:
    nothing = Image.new("RGBA", (30, 20), (0, 0, 0, 0))
    drawn = nothing.copy()
    drawn.paste((255, 255, 255, 255), (5, 5, 20, 15))
    digests = [told(encode(image, "PNG")) for image in (nothing, drawn, Image.new("RGB", (30, 20), "white"))]
    assert len(set(digests)) == 3
    assert told(encode(Image.new("RGBA", (30, 20), (90, 10, 0, 0)), "PNG")) == digests[0]


def test_the_same_samples_under_another_profile_are_other_colours(photo: Pixels, encode: Encode) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = told(encode(photo, "PNG"))
    assert told(encode(photo, "PNG", icc_profile=srgb)) == plain
    assert told(encode(photo, "PNG", icc_profile=exchanged_primaries())) != plain
    assert told(encode(photo, "PNG", icc_profile=b"damaged")) != plain


def test_the_same_samples_at_another_gamma_are_other_colours(photo: Pixels, encode: Encode) -> None:
    def with_gamma(gamma: float) -> bytes:
        body = struct.pack(">I", round(gamma * 100_000))
        chunk = struct.pack(">I", 4) + b"gAMA" + body + struct.pack(">I", zlib.crc32(b"gAMA" + body))
        plain = encode(photo, "PNG")
        return plain[:33] + chunk + plain[33:]

    assert told(with_gamma(0.45455)) == told(encode(photo, "PNG"))
    assert told(with_gamma(1.0)) != told(encode(photo, "PNG"))


def test_cmyk_is_not_the_rgb_that_is_shown_of_it(photo: Pixels, encode: Encode) -> None:
    cmyk = Image.fromarray(photo).convert("CMYK")
    blacker = np.array(cmyk)
    assert told(encode(cmyk, "TIFF")) != told(encode(cmyk.convert("RGB"), "TIFF"))
    blacker[0, 0] = (10, 10, 10, 245)
    other = blacker.copy()
    other[0, 0] = (20, 20, 20, 235)
    assert told(encode(Image.fromarray(blacker, "CMYK"), "TIFF")) != told(
        encode(Image.fromarray(other, "CMYK"), "TIFF")
    )


def test_a_picture_is_compared_as_it_is_turned(photo: Pixels, encode: Encode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    on_its_side = encode(np.ascontiguousarray(np.rot90(photo)), "PNG", exif=exif)
    assert told(on_its_side) == told(encode(photo, "PNG"))
    assert told(encode(photo, "PNG", exif=exif)) != told(encode(photo, "PNG"))


# frames and pages


@pytest.fixture
def reel() -> list[Image.Image]:
    """A black frame, then three of few colours."""
    rng = np.random.default_rng(3)
    shown = [Image.fromarray(rng.integers(0, 3, (20, 30, 3), dtype=np.uint8) * 120) for _ in range(3)]
    return [Image.new("RGB", (30, 20)), *shown]


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_every_frame_counts(reel: list[Image.Image], encode: Encode, format: str) -> None:
    one = animation(encode, format, reel)
    other_end = [*reel[:-1], reel[1]]
    assert told(animation(encode, format, other_end)) != told(one)
    assert told(animation(encode, format, reel[:-1])) != told(one)
    assert told(animation(encode, format, [reel[0], *reel[:0:-1]])) != told(one)
    assert told(encode(reel[0], "PNG")) != told(one)


@pytest.mark.parametrize("format", ["GIF", "PNG", "WEBP"])
def test_for_how_long_each_is_shown_counts(reel: list[Image.Image], encode: Encode, format: str) -> None:
    assert told(animation(encode, format, reel, duration=[100, 100, 200, 100])) != told(animation(encode, format, reel))


def test_an_animation_is_the_same_in_every_container(reel: list[Image.Image], encode: Encode) -> None:
    assert len({told(animation(encode, format, reel)) for format in ("GIF", "PNG", "WEBP")}) == 1


def test_a_frame_told_twice_is_one_shown_for_longer(reel: list[Image.Image], encode: Encode) -> None:
    # GIF and PNG are written so by Pillow itself.
    twice = animation(encode, "WEBP", [reel[0], reel[1], reel[1], reel[2]])
    once = animation(encode, "GIF", reel[:3], duration=[100, 200, 100])
    assert told(twice) == told(once)


def test_an_animation_of_one_frame_is_a_still(reel: list[Image.Image], encode: Encode) -> None:
    assert told(animation(encode, "GIF", reel[1:2])) == told(encode(reel[1], "PNG"))


def test_of_a_document_every_page_counts_also_when_it_repeats(reel: list[Image.Image], encode: Encode) -> None:
    pages = [animation(encode, "TIFF", reel[:n]) for n in (1, 2, 3)]
    repeated = animation(encode, "TIFF", [reel[0], reel[0]])
    assert len({*map(told, pages), told(repeated)}) == 4
    assert told(animation(encode, "TIFF", reel[:2], compression="tiff_lzw")) == told(pages[1])


def test_pages_of_other_sizes_are_pages(reel: list[Image.Image], encode: Encode) -> None:
    other = [reel[1], reel[2].resize((60, 40), Image.Resampling.NEAREST)]
    assert told(animation(encode, "TIFF", other)) != told(animation(encode, "TIFF", reel[1:3]))


def test_frames_of_other_sizes_are_laid_on_the_canvas(encode: Encode) -> None:
    canvas = Image.new("P", (40, 40), 0)
    canvas.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    moved = canvas.copy()
    moved.paste(1, (10, 10, 20, 20))
    data = animation(encode, "GIF", [canvas, moved])  # written as a frame of 10 x 10
    assert data.count(b"\x2c\x0a\0\x0a\0\x0a\0\x0a\0") == 1
    assert told(data) == told(animation(encode, "PNG", [canvas.convert("RGB"), moved.convert("RGB")]))


def test_of_an_icon_every_size_counts(photo: Pixels, encode: Encode) -> None:
    image = Image.fromarray(photo).resize((64, 64)).convert("RGBA")
    large = encode(image, "ICO", sizes=[(64, 64)])
    both = encode(image, "ICO", sizes=[(64, 64), (16, 16)])
    drawn_small = encode(image, "ICO", sizes=[(64, 64), (16, 16)], append_images=[Image.new("RGBA", (16, 16), "red")])
    assert len({told(large), told(both), told(drawn_small)}) == 3
    assert told(large) == told(encode(image, "PNG"))


def test_a_document_with_a_broken_page_has_none(reel: list[Image.Image], encode: Encode) -> None:
    whole = animation(encode, "TIFF", reel[1:3], compression="tiff_lzw")
    first = animation(encode, "TIFF", reel[1:2], compression="tiff_lzw")
    broken = bytearray(whole)
    with Image.open(io.BytesIO(whole)) as pages:
        pages.seek(1)
        document: Any = pages
        at = document.tag_v2[273][0]
    broken[at : at + 60] = b"\xff" * 60
    assert "frame 2 of 2 cannot be read" in why_not(bytes(broken))
    assert told(first)


# where nothing is told


def test_more_frames_than_are_looked_at_have_none(
    reel: list[Image.Image], encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = animation(encode, "GIF", reel)
    monkeypatch.setattr(frames, "MOST_FRAMES", 3)
    assert "4 frames, more than the 3" in why_not(data)


def test_more_pixels_than_are_looked_at_have_none(
    reel: list[Image.Image], encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = animation(encode, "GIF", reel)
    monkeypatch.setattr(frames, "MOST_PIXELS", 4 * 30 * 20 - 1)
    assert "more than 2399 px" in why_not(data)


def test_a_damaged_jpeg_has_none(photo: Pixels, encode: Encode) -> None:
    data = encode(photo, "JPEG", quality=90)
    assert "guess" in why_not(data[: len(data) * 2 // 3] + b"\xff\xd9")


def test_deep_samples_that_are_cut_in_decoding_have_none(photo: Pixels, encode: Encode) -> None:
    ppm = b"P6 2 1 65535\n" + bytes(range(12))
    assert "8 bits" in why_not(ppm)
    assert told(b"P5 2 1 65535\n" + bytes(range(4))) != told(b"P5 2 1 65535\n" + bytes([0, 1, 2, 4]))


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(7), bytes(100)])
def test_what_is_no_picture_has_none_and_raises_nothing(data: bytes) -> None:
    assert why_not(data)


def test_more_than_the_limit_has_none(photo: Pixels, encode: Encode) -> None:
    assert fingerprint(encode(photo, "PNG"), Limits(pixels=128 * 96 - 1)).digest is None
