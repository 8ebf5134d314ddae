"""Some forty files that no camera writes, made on the spot: tiny, long, deep, animated, cut short, bombs, no pictures.

python benchmarks/reliability/odd_files.py FOLDER
"""

from __future__ import annotations

import argparse
import io
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

SMALL: Final = (48, 40)
QUARTER_TURN: Final = b"Exif\0\0MM\0*" + struct.pack(">IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
Maker = Callable[[], bytes]


def made(folder: Path, *, large: bool = True) -> list[Path]:
    """The files in `folder`, by name, without the `large` ones if so wished; what is there already stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [name for name in FILES if large or name not in LARGE]
    for name in names:
        if not (folder / name).exists():
            (folder / name).write_bytes(FILES[name]())
    return sorted(folder / name for name in names)


def saved(image: Image.Image, format: str, **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **settings)
    return file.getvalue()


def noise(width: int, height: int, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """A tile of coarse noise, again and again: full of corners, and soon compressed."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (24, 24, 3), dtype=np.uint8)).resize((192, 192))
    tile = np.asarray(coarse)
    rows, columns = -(-height // 192), -(-width // 192)
    return Image.fromarray(np.tile(tile, (rows, columns, 1))[:height, :width]).convert(mode)


def flat(width: int, height: int, mode: str = "L") -> Image.Image:
    return Image.new(mode, (width, height), 0 if mode in "1L" else "teal")


def deep(*shape: int) -> Image.Image:
    """16 bits of grey: a slope with noise on it."""
    rows, columns = shape
    slope = np.linspace(0, 60_000, columns)[None] + np.random.default_rng(0).integers(0, 5_000, (rows, columns))
    return Image.fromarray(slope.astype(np.uint16))


def frames(count: int) -> list[Image.Image]:
    return [noise(*SMALL, seed=seed) for seed in range(count)]


def animated(format: str, count: int = 60) -> bytes:
    first, *others = frames(count)
    return saved(first, format, save_all=True, append_images=others, duration=20)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, bits: int = 8, colour: int = 0, rows: int | None = None) -> bytes:
    """All zeros, without ever holding them; of `rows` rows where it is to end too soon."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    packer = zlib.compressobj(9)
    row = bytes(1 + (width * channels * bits + 7) // 8)
    data = b"".join(packer.compress(row) for _ in range(height if rows is None else rows)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def with_text(size: int) -> bytes:
    """A small PNG whose text takes that many bytes when it is unpacked."""
    whole = saved(noise(*SMALL), "PNG")
    text = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(size), 9))
    return whole[:33] + text + whole[33:]


def resized_header(data: bytes, width: int, height: int) -> bytes:
    """A JPEG that says it is of another size than it is."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def dib(image: Image.Image) -> bytes:
    """A BMP without the header of a file."""
    return saved(image, "BMP")[14:]


FILES: Final[Mapping[str, Maker]] = {
    "1x1.png": lambda: saved(flat(1, 1), "PNG"),
    "1x1.jpg": lambda: saved(flat(1, 1, "RGB"), "JPEG"),
    "2x2.gif": lambda: saved(noise(2, 2, "P"), "GIF"),
    "7x9.webp": lambda: saved(noise(7, 9), "WEBP"),
    "20000x1.png": lambda: saved(noise(20_000, 1), "PNG"),
    "1x20000.png": lambda: saved(noise(1, 20_000), "PNG"),
    "65500x3.jpg": lambda: saved(noise(65_500, 3), "JPEG"),
    "3x65500.jpg": lambda: saved(noise(3, 65_500), "JPEG"),
    "400000x100.png": lambda: saved(noise(400_000, 100), "PNG"),
    "30000x30.png": lambda: saved(noise(30_000, 30), "PNG"),
    "16 bits grey.png": lambda: saved(deep(900, 1200), "PNG"),
    "16 bits colour.png": lambda: png(3000, 2000, bits=16, colour=2),
    "16 bits.pgm": lambda: b"P5\n300 200\n65535\n" + np.asarray(deep(200, 300)).astype(">u2").tobytes(),
    "floats.tiff": lambda: saved(Image.fromarray(np.full((200, 300), np.nan, np.float32)), "TIFF"),
    "integers.tiff": lambda: saved(Image.fromarray(np.arange(60_000, dtype=np.int32).reshape(200, 300)), "TIFF"),
    "one bit.tiff": lambda: saved(noise(2000, 3000, "1"), "TIFF", compression="group4"),
    "cmyk.jpg": lambda: saved(noise(300, 200, "CMYK"), "JPEG"),
    "cmyk.tiff": lambda: saved(noise(300, 200, "CMYK"), "TIFF"),
    "cmyk large.jpg": lambda: saved(noise(7000, 7000, "CMYK"), "JPEG"),
    "palette.png": lambda: saved(noise(300, 200, "P"), "PNG", transparency=3),
    "transparent.png": lambda: saved(Image.new("RGBA", (300, 200)), "PNG"),
    "animated.gif": lambda: animated("GIF"),
    "animated.webp": lambda: animated("WEBP"),
    "animated.png": lambda: animated("PNG"),
    "pages.tiff": lambda: animated("TIFF", 9),
    "cut short.jpg": lambda: saved(noise(800, 600), "JPEG")[:9_000],
    "cut short.png": lambda: saved(noise(800, 600), "PNG")[:3_000],
    "ends too soon.png": lambda: png(7000, 7000, colour=2, rows=7),
    "lying.jpg": lambda: resized_header(saved(noise(64, 64), "JPEG"), 20_000, 20_000),
    "bomb 169 Mpx.png": lambda: png(13_000, 13_000),
    "bomb 2 Gpx.png": lambda: png(60_000, 60_000, bits=1, rows=60_000),
    "just allowed.png": lambda: png(7_000, 7_000, colour=2),
    "just allowed.tiff": lambda: saved(flat(7_000, 7_000, "RGB"), "TIFF", compression="tiff_lzw"),
    "48 Mpx.png": lambda: saved(noise(8_000, 6_000), "PNG", compress_level=1),
    "48 Mpx alpha.webp": lambda: saved(flat(8_000, 6_000, "RGBA"), "WEBP", lossless=True),
    "48 Mpx lossless.webp": lambda: saved(noise(8_000, 6_000), "WEBP", lossless=True, quality=0, method=0),
    "400 Mpx.jpg": lambda: saved(flat(20_000, 20_000), "JPEG"),
    "48 Mpx.jpg": lambda: saved(noise(8_000, 6_000), "JPEG"),
    "bomb of text.png": lambda: with_text(200_000_000),
    "turned.jpg": lambda: saved(noise(65_000, 5), "JPEG", exif=QUARTER_TURN),
    "profile.jpg": lambda: saved(noise(300, 200), "JPEG", icc_profile=b"no profile" * 20),
    "icon.ico": lambda: saved(noise(256, 256), "ICO"),
    "no header.dib": lambda: dib(noise(300, 200)),
    "text.jpg": lambda: b"This is no picture.\n" * 50,
    "page.png": lambda: b"<!doctype html><img src=x>",
    "empty.png": lambda: b"",
    "zeros.webp": lambda: bytes(100_000),
}  # fmt: skip

LARGE: Final = frozenset(
    {"cmyk large.jpg", "just allowed.png", "just allowed.tiff", "48 Mpx.png", "48 Mpx.jpg", "48 Mpx alpha.webp"}
    | {"48 Mpx lossless.webp", "400 Mpx.jpg", "bomb 2 Gpx.png"}
)
"""Those that take seconds to make."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for file in made(parser.parse_args().folder):
        print(f"{file.stat().st_size:>10,}  {file.name}")
