"""Acts that a kill left open, brought to an end: where the file is now decides, and the library follows."""

from __future__ import annotations

import os
from contextlib import suppress

from lookalike.protocols import Store
from lookalike.search.ingest.scan import stamp_of
from lookalike.search.resolve.files import held, holds
from lookalike.search.resolve.journal import OPEN, Entry, Journal
from lookalike.search.resolve.outcomes import Refused
from lookalike.search.resolve.undo import is_linked, whereabouts
from lookalike.types import Stamp


def settle(journal: Journal, store: Store) -> list[Entry]:
    """The acts that were open, as they are now. The caller holds `store.writing()`."""
    return [_settled(entry, journal, store) for entry in journal.entries(*OPEN)]


def _settled(entry: Entry, journal: Journal, store: Store) -> Entry:
    _clear(entry)
    away = _is_away(entry)
    follow(store, entry, away=away)
    return journal.note(entry, "done" if away else "void" if entry.stage == "begun" else "undone")


def _clear(entry: Entry) -> None:
    """Removes what lies half-way, at a name that only this act used."""
    if entry.temporary is not None:
        with suppress(OSError):
            os.unlink(entry.temporary)


def _is_away(entry: Entry) -> bool:
    """Whether the act is done, rather than not yet or undone.

    A file that was on its way between two drives may be at both: then what is at its own place stays.
    """
    if entry.action in ("hardlink", "symlink"):
        return is_linked(entry)
    there = whereabouts(entry)
    if not holds(entry.path, entry.sha256):
        return there is not None
    if there is not None and entry.action == "move" and not _is_one(there, entry.path):
        os.unlink(there)
    return False


def _is_one(a: str, b: str) -> bool:
    one, other = os.lstat(a), os.lstat(b)
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def follow(store: Store, entry: Entry, *, away: bool) -> None:
    """Has the library know the file where it is: its vectors belong to its bytes, and stay."""
    leaves, arrives = (entry.path, entry.to) if away else (entry.to, entry.path)
    if entry.action in ("hardlink", "symlink"):
        leaves, arrives = entry.path, entry.path
    elif entry.action == "trash":
        leaves, arrives = entry.path, None if away else entry.path
    there = None if arrives is None else _stamp(arrives, entry.sha256)
    with store.transaction():
        if leaves is not None and (leaves == arrives or not os.path.lexists(leaves)):
            store.drop_records([leaves])
        if arrives is not None and there is not None and store.contents([entry.sha256]):
            store.put_records([(arrives, there, entry.sha256)])


def _stamp(path: str, sha256: str) -> Stamp | None:
    """Stamp of a file of these bytes; None of a link, which is not indexed."""
    try:
        with held(path, sha256) as file:
            return stamp_of(file.status)
    except (Refused, OSError):
        return None
