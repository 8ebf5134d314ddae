"""A folder for pictures that are sent: each whole or not at all, by a name of our own."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import threading
import time
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lookalike.errors import BadQuery
from lookalike.pixels.sniff import format_of
from lookalike.search.atomic import write_atomically
from lookalike.search.resolve.files import holds

STEM: Final = 40
"""Characters of the sender's name that are repeated, which UTF-8 holds in 160 bytes."""
DIGITS: Final = 16
"""Digits of the SHA-256 in a name."""
LEFT: Final = re.compile(r"\..+-[0-9a-f]{16}(?:[0-9a-f]{48})?\.[a-z]{3,4}\.[a-z0-9_]{8}")
"""Names of temporary files, as `write_atomically` makes them of our names."""
STALE: Final = 600.0
"""Seconds after which a temporary file has been left: none is written for as long."""
ENDINGS: Final = {"jpeg": "jpg", "tiff": "tif"}
"""Where a format is not its own ending."""


@dataclass(frozen=True)
class UploadFolder:
    """A folder whose files are only added to. Several threads may."""

    folder: Path
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def put(self, name: str, data: bytes, digest: str) -> tuple[Path, bool]:
        """A file of these bytes, whose SHA-256 is `digest`, and whether it is new; no other file is written to.

        Raises `BadPicture` for bytes that do not begin as a picture, `OSError` or `BadQuery` for a folder that takes
        none.
        """
        format = format_of(data)
        with self._lock:
            known = self._holding(digest)
            if known is not None:
                return known, False
            path = self._free(stem_of(name), digest, ENDINGS.get(format, format))
            return write_atomically(path, data), True

    def _holding(self, digest: str) -> Path | None:
        """A file of ours with these bytes, whatever its sender called it; a hidden one was left by a kill."""
        marked = f"-{digest[:DIGITS]}"
        with os.scandir(self.folder) as entries:
            named = [entry.path for entry in entries if marked in entry.name and entry.name[0] != "."]
        return next((Path(path) for path in named if holds(path, digest)), None)

    def _free(self, stem: str, digest: str, ending: str) -> Path:
        names = (f"{stem}-{digits}.{ending}" for digits in (digest[:DIGITS], digest))
        for path in (self.folder / name for name in names):
            if not os.path.lexists(path):
                return path
        raise FileExistsError(errno.EEXIST, "other files have the names that it would get")


def stem_of(name: str) -> str:
    """Letters, marks and numbers of a sender's file name, without folders and ending; never empty."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = last.rpartition(".")[0] or last
    plain = "".join(each if unicodedata.category(each)[0] in "LMN" else "_" for each in stem[: 4 * STEM])
    return re.sub("_+", "_", plain)[:STEM].strip("_") or "picture"


def sweep(folder: Path, now: float) -> int:
    """Removes temporary files that a service left which was killed while it wrote them; gives their number.

    Younger ones may be those of another service that writes at this moment.
    """
    swept = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if LEFT.fullmatch(entry.name) and entry.is_file(follow_symlinks=False) and _age(entry, now) > STALE:
                with suppress(OSError):
                    os.unlink(entry.path)  # noqa: PTH108  a name of any bytes
                    swept += 1
    return swept


def _age(entry: os.DirEntry[str], now: float) -> float:
    try:
        return now - entry.stat(follow_symlinks=False).st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def made_ready(folder: Path, library: Path) -> Path:
    """The folder for uploads, made where it is not there, and swept; raises `BadQuery` where it cannot take files."""
    found, inside = Path(os.path.realpath(folder)), Path(os.path.realpath(library))
    if found == inside or inside in found.parents:
        raise BadQuery(
            f"--uploads {str(folder)!r} lies in the library's own folder: name one that is yours", path=str(folder)
        )
    try:
        found.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=found):
            sweep(found, time.time())
            return found
    except OSError as error:
        raise BadQuery(
            f"--uploads {str(folder)!r} takes no files: {error.strerror}; name a folder that can be written to",
            path=str(folder),
        ) from error
