"""One act undone: the file back at its place, where nothing else has taken it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from lookalike.search.resolve import trash
from lookalike.search.resolve.files import held, holds
from lookalike.search.resolve.journal import Entry
from lookalike.search.resolve.moving import copy, look_like, make_folder, move
from lookalike.search.resolve.outcomes import Refused


def put_back(entry: Entry) -> None:
    """The file as it was, at its place; raises `Refused` where it is not to be found, or something else is there.

    What a kill left half-way, at the temporary name, is the act's own.
    """
    if entry.action in ("hardlink", "symlink"):
        _unlinked(entry)
        return
    there = whereabouts(entry)
    if there is None:
        raise Refused("gone", "it is not where it was put" + (", nor in the trash" if entry.action == "trash" else ""))
    if os.path.lexists(entry.path):
        raise Refused("name_taken", "something is at its place")
    assert entry.temporary is not None
    make_folder(os.path.dirname(entry.path))
    with held(there, entry.sha256) as file:
        move(file, entry.path, entry.temporary, entry.sha256)
    if entry.action == "trash":
        with suppress(OSError):
            os.unlink(_note(there))
    else:
        _prune(there, entry)


def whereabouts(entry: Entry) -> str | None:
    """Where a file that was moved or trashed is, with the bytes that it had."""
    if entry.to is not None and holds(entry.to, entry.sha256):
        return entry.to
    there = trash.found(entry.path, entry.sha256) if entry.action == "trash" else None
    return None if there is None else there.path


def is_linked(entry: Entry) -> bool:
    """Whether at its place is the link that was made of a file."""
    if entry.action not in ("hardlink", "symlink"):
        return False
    try:
        now = os.lstat(entry.path)
        if entry.action == "symlink":
            return stat.S_ISLNK(now.st_mode) and os.readlink(entry.path) == entry.to
        other = os.lstat(entry.kept)
        return (now.st_dev, now.st_ino) == (other.st_dev, other.st_ino)
    except OSError:
        return False


def _unlinked(entry: Entry) -> None:
    """A file of its own in place of the link."""
    if not is_linked(entry):
        raise Refused("changed", "the link is not there any more")
    assert entry.temporary is not None
    try:
        with held(entry.kept, entry.sha256) as kept:
            copy(kept, entry.temporary, entry.sha256, like=kept.status)
    except Refused as refused:
        raise Refused("kept", f"{entry.kept!r}, which has its bytes: {refused.words}") from refused
    try:
        look_like(entry.temporary, entry.mode, entry.mtime_ns)
        if not is_linked(entry):
            raise Refused("changed", "the link is not there any more")
        os.replace(entry.temporary, entry.path)
    except BaseException:
        with suppress(OSError):
            os.unlink(entry.temporary)
        raise


def _note(trashed: str) -> str:
    folder, name = os.path.split(trashed)
    return os.path.join(os.path.dirname(folder), "info", f"{name}{trash.NOTE}")


def _prune(there: str, entry: Entry) -> None:
    """Removes the folders that mirrored the tree and hold nothing now."""
    own = entry.path.lstrip(os.sep).count(os.sep)
    folder = os.path.dirname(there)
    with suppress(OSError):
        for _ in range(own):
            os.rmdir(folder)
            folder = os.path.dirname(folder)
