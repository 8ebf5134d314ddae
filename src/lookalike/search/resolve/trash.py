"""The system's trash: Send2Trash puts a file there; here it is found again.

Folders and notes are those of the freedesktop.org Trash specification 1.0, and of macOS, which leaves no note.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from lookalike.search.resolve.files import holds
from lookalike.search.resolve.outcomes import Refused

NOTE: Final = ".trashinfo"


@dataclass(frozen=True)
class Trashed:
    """A file in the trash, and the note that says where it came from."""

    path: str
    note: str | None


def put(path: str) -> None:
    """Has the system put a file into its trash; raises `Refused` where it has none for that drive."""
    from send2trash import TrashPermissionError, send2trash

    try:
        send2trash(path)
    except TrashPermissionError as error:
        raise Refused("trash", "its drive has no trash that may be written to") from error
    except PermissionError as error:
        raise Refused("read_only", "the system does not let it be moved to the trash") from error


def named(path: str) -> list[str]:
    """Files in the trash, of whatever bytes, that came from that path."""
    return [each.path for each in _from(path)]


def found(path: str, sha256: str) -> Trashed | None:
    """The file of these bytes that was trashed from that path, the last one where there are several."""
    there = (each for each in _from(path) if holds(each.path, sha256))
    return max(there, key=lambda each: os.lstat(each.path).st_ctime_ns, default=None)


def _from(path: str) -> Iterator[Trashed]:
    """Files that came from there, by their notes; of macOS, those that are named so."""
    stem = os.path.splitext(os.path.basename(path))[0]
    for trash, top in _folders(path):
        if sys.platform == "darwin":
            yield from (Trashed(os.path.join(trash, name), None) for name in _names(trash) if name.startswith(stem))
            continue
        for name in _names(os.path.join(trash, "info")):
            note = os.path.join(trash, "info", name)
            if name.startswith(stem) and name.endswith(NOTE) and _origin(note, top) == path:
                yield Trashed(os.path.join(trash, "files", name.removesuffix(NOTE)), note)


def _folders(path: str) -> Iterator[tuple[str, str]]:
    """Folders where the trash of a file may be, each with the one that the paths of its notes begin at."""
    if sys.platform == "darwin":
        yield os.path.expanduser("~/.Trash"), "/"
        yield os.path.join(_mount(path), ".Trashes", str(os.getuid())), "/"
        return
    data = os.path.realpath(os.path.expanduser(os.environ.get("XDG_DATA_HOME") or "~/.local/share"))
    yield os.path.join(data, "Trash"), data
    top = _mount(path)
    yield os.path.join(top, ".Trash", str(os.getuid())), top
    yield os.path.join(top, f".Trash-{os.getuid()}"), top


def _mount(path: str) -> str:
    folder = os.path.dirname(path)
    while folder != os.path.dirname(folder) and not os.path.ismount(folder):
        folder = os.path.dirname(folder)
    return folder


def _names(folder: str) -> list[str]:
    try:
        return [os.fsdecode(name) for name in os.listdir(os.fsencode(folder))]
    except OSError:
        return []


def _origin(note: str, top: str) -> str | None:
    """Path that a note tells."""
    with suppress(OSError), open(note, "rb") as file:
        for line in file.read(65536).splitlines():
            if line.startswith(b"Path="):
                folder, name = os.path.split(os.path.join(top, os.fsdecode(unquote_to_bytes(line[5:]))))
                return os.path.join(os.path.realpath(folder), name)
    return None
