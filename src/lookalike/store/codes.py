"""What SQLite raises, in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookalike.errors import LibraryBusy, LibraryDamaged, OutOfSpace

CANNOT_OPEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR}
_FULL = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_NOMEM,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_CLOSE,
}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def codes_of(error: sqlite3.Error) -> set[int]:
    """The kind of an error, and the finer one that its upper bits tell."""
    code = getattr(error, "sqlite_errorcode", None) or 0
    return {code, code & 0xFF}


@contextmanager
def errors_of(folder: Path) -> Iterator[None]:
    """Raises what SQLite raises as what a user can act on."""
    try:
        yield
    except sqlite3.Error as error:
        codes = codes_of(error)
        if codes & _FULL:
            raise OutOfSpace(f"cannot write to {str(folder)!r}: {error}; what was committed is kept") from error
        if codes & _DAMAGED:
            raise LibraryDamaged(
                f"the database in {str(folder)!r} is damaged: {error}; index into a new one"
            ) from error
        if codes & _BUSY:
            raise LibraryBusy(f"the library in {str(folder)!r} is in use by another program; try again") from error
        if codes & CANNOT_OPEN:
            raise PermissionError(f"cannot open the library in {str(folder)!r} for this: {error}") from error
        raise
