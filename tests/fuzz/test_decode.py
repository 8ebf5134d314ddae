"""Hostile files: whatever the bytes, the outcome is a picture or one of the closed set of reasons."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lookalike.errors import REASONS, BadPicture
from lookalike.pixels.decode import Decoded
from lookalike.pixels.door import DecodeJob, Decoder, picture_of
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import Isolated
from lookalike.types import Picture

pillow_heif.register_heif_opener()
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF", "PPM", "ICO")
LIMITS = Limits(pixels=1_000_000, jpeg_pixels=4_000_000, seconds=20.0, memory=2**29)
FLIPS = 60


@pytest.fixture(scope="session")
def files(photos: list[Picture]) -> dict[str, bytes]:
    """One small file of each format, with metadata where the format has room for it."""
    image = Image.fromarray(photos[0].pixels).resize((64, 48))
    exif = Image.Exif()
    exif.update({0x0112: 6, 0x0132: "2024:05:06 07:08:09"})
    written = {}
    for format in FORMATS:
        file = io.BytesIO()
        more = {"exif": exif.tobytes()} if format in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF") else {}
        image.save(file, format, **more)
        written[format] = file.getvalue()
    return written


@pytest.fixture(scope="session")
def pool() -> Iterator[Isolated[DecodeJob]]:
    with Isolated(Decoder(LIMITS), workers=2, limits=LIMITS) as pool:
        yield pool


def outcome(pool: Isolated[DecodeJob], data: bytes) -> Decoded | str:
    """The picture, or the reason; anything else that is raised is raised."""
    try:
        return picture_of(pool.one(DecodeJob(data, None)))
    except BadPicture as error:
        return error.reason


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_cut_at_every_50th_byte_is_truncated_or_has_lost_no_pixel(
    pool: Isolated[DecodeJob], files: dict[str, bytes], format: str
) -> None:
    data = files[format]
    whole = outcome(pool, data)
    assert isinstance(whole, Decoded)
    got = Counter[str]()
    for at in range(50, len(data), 50):
        part = outcome(pool, data[:at])
        if isinstance(part, Decoded):
            # What was cut off came after the pixels; of a missing EXIF block the orientation is lost.
            same = np.array_equal(part.picture.pixels, whole.picture.pixels)
            turned = np.array_equal(np.rot90(part.picture.pixels, -1), whole.picture.pixels)
            assert same or turned, at
        got[part if isinstance(part, str) else "picture"] += 1
    assert set(got) <= {"truncated", "not_an_image", "picture"}
    assert got["truncated"] > 0.8 * got.total()


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_cut_within_its_first_bytes_is_no_picture(
    pool: Isolated[DecodeJob], files: dict[str, bytes], format: str
) -> None:
    for at in range(50):
        assert outcome(pool, files[format][:at]) in ("truncated", "not_an_image")


def flipped(data: bytes, rng: np.random.Generator) -> bytes:
    """With one to eight bits turned, half of the time all of them in the head."""
    changed = bytearray(data)
    end = 256 if rng.random() < 0.5 else len(data)
    for _ in range(rng.integers(1, 9)):
        changed[rng.integers(0, min(end, len(data)))] ^= 1 << int(rng.integers(0, 8))
    return bytes(changed)


def test_turned_bits_have_an_outcome_and_hardly_ever_cost_a_worker(
    pool: Isolated[DecodeJob], files: dict[str, bytes]
) -> None:
    rng = np.random.default_rng(20260101)

    def jobs() -> Iterator[DecodeJob]:
        for data in files.values():
            for count in range(FLIPS):
                yield DecodeJob(flipped(data, rng), 16 if count % 2 else None)

    got = Counter(reply.reason if isinstance(reply, BadPicture) else "picture" for _, reply in pool.run(jobs()))
    assert got.total() == len(FORMATS) * FLIPS
    assert set(got) <= {"picture", "truncated", "not_an_image", "unsupported", "too_large", "decoder_crash"}
    assert got["decoder_crash"] <= 3  # one in some thousand files of HEIC makes libheif read where there is nothing
    assert got["picture"]
    assert got["truncated"]


@pytest.mark.parametrize("data", [b"", b"\0", bytes(10_000), b"hello, world\n" * 99, pickle.dumps(list(range(99)))])
def test_what_never_was_a_picture_is_called_so(pool: Isolated[DecodeJob], data: bytes) -> None:
    assert outcome(pool, data) == "not_an_image"


MAGIC = [
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBPVP8X", b"RIFF\x40\0\0\0WEBPVP8L", b"GIF89a", b"II*\0",
    b"MM\0*", b"II+\0", b"\0\0\0\x18ftypavif", b"\0\0\0\x18ftypheic", b"P6 ", b"P1 ", b"\0\0\1\0\1\0",
    b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
]  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(MAGIC), st.binary(max_size=200))
def test_any_bytes_after_a_known_beginning_have_an_outcome(
    pool: Isolated[DecodeJob], magic: bytes, rest: bytes
) -> None:
    got = outcome(pool, magic + rest)
    assert isinstance(got, Decoded) or got in set(REASONS) - {"decoder_crash", "timeout"}


def bomb() -> bytes:
    """A PNG of 13,000 x 13,000 px of black, in some 20 KB."""
    import struct

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    rows = bytes(1 + 13_000 // 8)
    packed = b"".join(packer.compress(rows) for _ in range(13_000)) + packer.flush()
    head = struct.pack(">IIBBBBB", 13_000, 13_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a running process")
def test_a_bomb_is_refused_for_a_few_megabytes(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(bomb())
    assert (tmp_path / "bomb.png").stat().st_size < 30_000
    program = """
import sys
from pathlib import Path
from lookalike.errors import BadPicture
from lookalike.pixels.decode import decode

def peak():  # of this program alone: what getrusage tells includes the one that started it
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])

decode(b"P5 1 1 255 0")
before = peak()
try:
    decode(Path(sys.argv[1]).read_bytes())
except BadPicture as error:
    sys.stdout.write(f"{error.reason} {peak() - before}")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "bomb.png")], capture_output=True, text=True, check=True
    )
    reason, kilobytes = done.stdout.split()
    assert reason == "too_large"
    assert int(kilobytes) < 4 * 1024
