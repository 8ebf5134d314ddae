"""Sets that come as a zip archive: unpacked once, beside everything else that an evaluation keeps."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from pathlib import Path

from lookalike.errors import BadQuery

MOST_BYTES = 16 << 30
"""Limit of the bytes that an archive may unpack to."""
DEPTHS = ("*.zip", "*/*.zip")


def unpacked(root: Path, into: Path) -> Path:
    """`root`, or where it holds no picture but zip archives, a folder below `into` with what these hold."""
    archives = sorted(file for depth in DEPTHS for file in root.glob(depth)) if root.is_dir() else []
    if not archives or _holds_pictures(root):
        return root
    stamps = [(str(file.resolve()), file.stat().st_size, file.stat().st_mtime_ns) for file in archives]
    name = hashlib.sha256(repr(stamps).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    place = into / name / (root.resolve().name or "archives")
    if not place.is_dir():
        _unpack(archives, place)
    return place


def _unpack(archives: list[Path], place: Path) -> None:
    """All of it or nothing."""
    unfinished = place.with_name(f".{place.name}.{os.getpid()}")
    for file in archives:
        try:
            with zipfile.ZipFile(file) as archive:
                total = sum(member.file_size for member in archive.infolist())
                if total > MOST_BYTES:
                    raise BadQuery(f"{file} unpacks to {total} bytes, more than {MOST_BYTES}: unpack it yourself")
                archive.extractall(unfinished)  # drops absolute names and steps upward
        except (zipfile.BadZipFile, OSError, RuntimeError) as error:  # RuntimeError: it is encrypted
            shutil.rmtree(unfinished, ignore_errors=True)
            raise BadQuery(f"cannot unpack {file}: {error}") from error
    unfinished.rename(place)


def _holds_pictures(root: Path) -> bool:
    suffixes = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm", ".avif", ".heic"}
    return any(Path(name).suffix.lower() in suffixes for _, _, names in os.walk(root) for name in names)
