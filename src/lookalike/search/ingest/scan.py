"""Which files there are: a walk that follows no link, opens no pipe, and says of each file why it is left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lookalike.errors import BadQuery, Reason
from lookalike.types import Stamp

Rule = Literal["hidden", "system", "link", "special", "name"]
"""Why a file is skipped; `name` means that neither its name nor its first bytes are a picture's."""

SYSTEM_FOLDERS = frozenset({"@eadir", "#recycle", "$recycle.bin", "system volume information", "__macosx"})
PICTURE_ENDINGS = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"),
    *(".avif", ".heic", ".heif", ".hif", ".ppm", ".pgm", ".pbm", ".pnm", ".ico"),
)


@dataclass(frozen=True)
class Found:
    """A file that may be a picture."""

    path: str
    stamp: Stamp


@dataclass(frozen=True)
class Skipped:
    """A file that a rule leaves out."""

    path: str
    rule: Rule


@dataclass(frozen=True)
class Unreachable:
    """A file or folder that the system does not let us look at."""

    path: str
    reason: Reason
    detail: str


Seen = Found | Skipped | Unreachable


def roots_of(paths: Iterable[str | os.PathLike[str]]) -> list[str]:
    """Absolute paths without links, none below another; raises `BadQuery` for one that is not there."""
    absolute = sorted({os.path.realpath(os.fspath(path)) for path in paths})
    for path in absolute:
        if not os.path.lexists(path):
            raise BadQuery(f"there is no {path!r}, so nothing was done and nothing dropped: is its drive connected?")
    roots: dict[str, None] = {}
    for path in absolute:  # a folder comes before what lies in it
        if not any(os.fspath(above) in roots for above in Path(path).parents):
            roots[path] = None
    return list(roots)


def scan(roots: Sequence[str]) -> Iterator[Seen]:
    """Every file at or below `roots`, in order of name; a root is taken whatever its name."""
    for root in roots:
        try:
            status = os.lstat(root)
        except OSError as error:
            yield unreachable(root, error)
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _walk(root)
        elif stat.S_ISREG(status.st_mode):
            yield Found(root, stamp_of(status))
        else:
            yield Skipped(root, "special")


def _walk(folder: str) -> Iterator[Seen]:
    try:
        names = sorted(os.listdir(os.fsencode(folder)))  # noqa: PTH208  names alone: a folder may hold a million
    except OSError as error:
        yield unreachable(folder, error)
        return
    for name in map(os.fsdecode, names):
        path = os.path.join(folder, name)  # noqa: PTH118  a fifth of the time of a Path
        try:
            status = os.lstat(path)
            if not stat.S_ISDIR(status.st_mode):
                yield _seen(path, name, status)
            elif not name.startswith(".") and name.lower() not in SYSTEM_FOLDERS:  # of what is left out nothing counts
                yield from _walk(path)
        except OSError as error:
            yield unreachable(path, error)


def _seen(path: str, name: str, status: os.stat_result) -> Seen:
    """Outcome for one file of a folder."""
    if stat.S_ISLNK(status.st_mode):
        return Skipped(path, "link")
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path, "special")
    if name.startswith("."):
        return Skipped(path, "hidden")
    if name.lower() in ("thumbs.db", "desktop.ini"):
        return Skipped(path, "system")
    if not _may_be_a_picture(path):
        return Skipped(path, "name")
    return Found(path, stamp_of(status))


def _may_be_a_picture(path: str) -> bool:
    """By its ending, or by its first bytes where the ending says nothing."""
    if path.lower().endswith(PICTURE_ENDINGS):
        return True
    from lookalike.pixels.sniff import sniff

    with open(path, "rb", buffering=0) as file:
        return sniff(file.read(64)) is not None


def stamp_of(status: os.stat_result) -> Stamp:
    """Stamp of a file, by which a change is told."""
    signed = 2**63 - 1  # a database's integer; some file systems use all 64 bits
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino & signed, status.st_dev & signed)


def unreachable(path: str, error: OSError) -> Unreachable:
    """`error` as an outcome."""
    return Unreachable(path, reason_of(error), error.strerror or str(error))


def reason_of(error: OSError) -> Reason:
    """Which of the closed set of reasons an error of the system is."""
    return "permission" if isinstance(error, PermissionError) else "io"


def is_gone(path: str, device: int) -> bool:
    """Whether a file that a walk did not meet was deleted, rather than hidden from us or on a drive not mounted.

    An empty folder on another device than the file's is where the drive used to be.
    """
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        folder = _nearest_folder(path)
    except OSError:
        return False
    try:
        return folder.stat().st_dev == device or any(folder.iterdir())
    except OSError:
        return False


def _nearest_folder(path: str) -> Path:
    folder = Path(path).parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
