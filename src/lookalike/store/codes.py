"""Errors of SQLite, in our words."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookalike.errors import LibraryBusy, LibraryDamaged, OutOfSpace

CANNOT_OPEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
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
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_CLOSE,
}
_EXHAUSTED = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EFBIG, errno.ENOMEM}
_PAGE = 4096
_OTHER_TABLES = ("no such table", "no such column", "foreign key mismatch", "has no column")
"""Errors that statements that are fixed and tested meet only where the description of a table is damaged."""
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_LOCKS = {
    sqlite3.SQLITE_IOERR_LOCK,
    sqlite3.SQLITE_IOERR_RDLOCK,
    sqlite3.SQLITE_IOERR_UNLOCK,
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK,
    sqlite3.SQLITE_IOERR_SHMLOCK,
    sqlite3.SQLITE_PROTOCOL,
}


def codes_of(error: sqlite3.Error) -> set[int]:
    """The kind of an error, and the finer one that its upper bits tell."""
    code = getattr(error, "sqlite_errorcode", None) or 0
    return {code, code & 0xFF}


def is_of_limits(error: sqlite3.Error) -> bool:
    """Whether it says that memory or the disk is used up, and nothing of what is in the database."""
    return bool(codes_of(error) & _FULL)


@contextmanager
def errors_of(folder: Path) -> Iterator[None]:
    """Raises what SQLite raises as what a user can act on."""
    try:
        yield
    except sqlite3.Error as error:
        codes = codes_of(error)
        if is_of_limits(error):
            raise OutOfSpace(f"cannot write to {str(folder)!r}: {error}; what was committed is kept") from error
        if codes & CANNOT_OPEN and _is_exhausted(folder):
            raise OutOfSpace(f"no space to open the library in {str(folder)!r}: {error}") from error
        if codes & _LOCKS:
            raise LibraryBusy(f"the library in {str(folder)!r} could not be locked: {error}; try again") from error
        if sqlite3.SQLITE_IOERR in codes:
            told = f"the database in {str(folder)!r} cannot be read: {error}"
            raise LibraryDamaged(f"{told}; check the disk, then run `lookalike verify`") from error
        if codes & _DAMAGED or any(words in str(error) for words in _OTHER_TABLES):
            raise damaged(folder, error) from error
        if codes & _BUSY:
            raise LibraryBusy(f"the library in {str(folder)!r} is in use by another program; try again") from error
        if codes & CANNOT_OPEN:
            raise PermissionError(f"cannot open the library in {str(folder)!r} for this: {error}") from error
        raise
    except UnicodeDecodeError as error:  # of a name in SQLite's own message
        raise damaged(folder, error) from error


def damaged(folder: Path, error: Exception) -> LibraryDamaged:
    """Error that names the database and what to do about it."""
    return LibraryDamaged(
        f"the database in {str(folder)!r} is damaged: {error}; try `lookalike repair`, or index into a new one"
    )


def _is_exhausted(folder: Path) -> bool:
    """Whether nothing can be written there for want of space, or of open files: SQLite does not say why it cannot."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(_PAGE))
    except OSError as error:
        return error.errno in _EXHAUSTED
    return False
