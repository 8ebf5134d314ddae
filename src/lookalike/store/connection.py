"""A connection to the database file of a library, and its errors in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookalike.errors import LibraryBusy, LibraryDamaged, LibraryFormat, LibraryMissing, OutOfSpace
from lookalike.store.matching import local_time, name_matches, path_matches
from lookalike.store.schema import APPLICATION_ID, MIGRATIONS

FILE = "library.sqlite"
_BUSY_MS = 10_000

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_TOOBIG}
_PRIMARY = 0xFF
"""The low byte of an extended result code is the kind of error."""


def connect(folder: Path, *, write: bool) -> sqlite3.Connection:
    """To the library in `folder`, checked to be one that this program reads; a writer brings it up to date."""
    file = folder / FILE
    if not file.is_file():
        raise LibraryMissing(f"there is no library in {str(folder)!r}; make one with `lookalike index PATH`")
    with errors_of(folder):
        connection = _open(file, "rw" if write else "ro")
        try:
            _check(connection, folder)
        except sqlite3.OperationalError:
            if write:
                raise
            connection = _open(file, "ro&immutable=1")  # a folder where not even the log of changes can be opened
            _check(connection, folder)
        return connection


def create(folder: Path) -> None:
    """An empty library in `folder` where there is none, one of the newest format where there is an older one.

    The caller holds the writer's lock.
    """
    with errors_of(folder):
        connection = _open(folder / FILE, "rwc")
        try:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute("PRAGMA journal_mode = WAL")
            _check(connection, folder)
            _migrate(connection)
        finally:
            connection.close()


def _open(file: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")  # acknowledged means: through a loss of power as well
    for name, count, function in (
        ("path_matches", 2, lambda pattern, path: path_matches(pattern, _text(path))),
        ("name_matches", 2, lambda pattern, path: name_matches(pattern, _text(path))),
        ("local_time", 1, local_time),
    ):
        connection.create_function(name, count, function, deterministic=True)
    return connection


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _check(connection: sqlite3.Connection, folder: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise LibraryDamaged(f"{str(folder / FILE)!r} is not the database of a lookalike library")
    if version > len(MIGRATIONS):
        raise LibraryFormat(
            f"the library in {str(folder)!r} has format {version}, this program knows {len(MIGRATIONS)}: update it"
        )


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT")


@contextmanager
def errors_of(folder: Path) -> Iterator[None]:
    """What SQLite raises, as what a user can act on."""
    try:
        yield
    except sqlite3.Error as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & _PRIMARY
        if code in _DAMAGED:
            raise LibraryDamaged(
                f"the database in {str(folder)!r} is damaged: {error}; index into a new one"
            ) from error
        if code in _FULL:
            raise OutOfSpace(f"cannot write to {str(folder)!r}: {error}; what was committed is kept") from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LibraryBusy(f"the library in {str(folder)!r} is in use by another program; try again") from error
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise PermissionError(f"cannot open the library in {str(folder)!r} for this: {error}") from error
        raise
