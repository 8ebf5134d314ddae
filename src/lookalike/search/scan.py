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
            raise BadQuery(f"there is no {path!r}: nothing was indexed and nothing dropped; is its drive connected?")
    roots: list[str] = []
    for path in absolute:
        if not any(is_below(path, root) for root in roots):
            roots.append(path)
    return roots


def is_below(path: str, root: str) -> bool:
    """Whether `path` is `root` or lies in it."""
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


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
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        yield unreachable(folder, error)
        return
    for entry in listed:
        try:
            yield from _look(entry)
        except OSError as error:
            yield unreachable(entry.path, error)


def _look(entry: os.DirEntry[str]) -> Iterator[Seen]:
    """What one entry of a folder is. Of folders that are left out nothing is counted."""
    if entry.is_symlink():
        yield Skipped(entry.path, "link")
    elif entry.is_dir(follow_symlinks=False):
        if not entry.name.startswith(".") and entry.name.lower() not in SYSTEM_FOLDERS:
            yield from _walk(entry.path)
    elif not entry.is_file(follow_symlinks=False):
        yield Skipped(entry.path, "special")
    elif entry.name.startswith("."):
        yield Skipped(entry.path, "hidden")
    elif entry.name.lower() in ("thumbs.db", "desktop.ini"):
        yield Skipped(entry.path, "system")
    elif not _may_be_a_picture(entry):
        yield Skipped(entry.path, "name")
    else:
        yield Found(entry.path, stamp_of(entry.stat(follow_symlinks=False)))


def _may_be_a_picture(entry: os.DirEntry[str]) -> bool:
    """By its ending, or by its first bytes where the ending says nothing."""
    if entry.name.lower().endswith(PICTURE_ENDINGS):
        return True
    from lookalike.pixels.sniff import sniff

    with open(entry.path, "rb", buffering=0) as file:
        return sniff(file.read(64)) is not None


def stamp_of(status: os.stat_result) -> Stamp:
    """What of a file's status tells that it changed."""
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
