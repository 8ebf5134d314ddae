"""A connection to the database file of a library, checked to be one that this program can use."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lookalike.errors import LibraryDamaged, LibraryFormat, LibraryMissing
from lookalike.store import checksum, paths
from lookalike.store.codes import CANNOT_OPEN, codes_of, errors_of
from lookalike.store.lock import writer_lock
from lookalike.store.matching import local_time, name_matches, path_matches, quantity_passes, text_matches
from lookalike.store.migration import format_of, is_empty, last_program, migrate
from lookalike.store.schema import APPLICATION_ID, MIGRATIONS, Migration

FILE = "library.sqlite"
_BUSY_MS = 10_000


def connect(folder: Path, *, write: bool, migrations: Sequence[Migration] = MIGRATIONS) -> sqlite3.Connection:
    """To the library in `folder`; one of an older format is brought up to date for a writer, refused to a reader."""
    file = folder / FILE
    if not file.is_file():
        raise _missing(folder)
    with errors_of(folder):
        connection = _open(file, "rw") if write else _open_for_reading(file)
        try:
            if is_empty(connection):
                raise _missing(folder)
            _check(connection, folder, migrations)
            if format_of(connection) < len(migrations):
                _bring_up_to_date(connection, folder, migrations, write=write)
        except BaseException:
            connection.close()
            raise
        return connection


def create(folder: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """An empty library in `folder` where there is none, one of the newest format where there is an older one.

    The caller holds the writer's lock.
    """
    with errors_of(folder):
        connection = _open(folder / FILE, "rwc")
        try:
            if not is_empty(connection):
                _check(connection, folder, migrations)
            migrate(connection, migrations)
            connection.execute("PRAGMA journal_mode = WAL")  # at last: a log of all migrations would be the larger file
        finally:
            connection.close()


def bytes_of(folder: Path) -> int:
    """Bytes of the database and its log, on disk."""
    total = 0
    for file in folder.glob(f"{FILE}*"):
        with suppress(FileNotFoundError):  # another program that closes the library takes its log away
            total += file.stat().st_size
    return total


def _open_for_reading(file: Path) -> sqlite3.Connection:
    """Reading makes files beside the database; where the folder allows none, and no change waits in a log, without.

    Such a connection sees no change that comes later, so that a folder to which somebody may write has none.
    """
    try:
        return _open(file, "ro")
    except sqlite3.OperationalError as error:
        log = file.with_name(f"{FILE}-wal")
        is_kept = os.access(file.parent, os.W_OK) or (log.exists() and log.stat().st_size > 0)
        if is_kept or not codes_of(error) & CANNOT_OPEN:
            raise
        return _open(file, "ro&immutable=1")


def _open(file: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,  # used from one thread; closed from any
    )
    connection.text_factory = _text
    for name, count, function in (
        ("path_matches", 2, lambda pattern, path: path_matches(paths.text(pattern), paths.text(path))),
        ("name_matches", 2, lambda pattern, path: name_matches(paths.text(pattern), paths.text(path))),
        ("text_matches", 2, lambda pattern, text: text_matches(paths.text(pattern), text)),
        ("quantity_passes", 4, quantity_passes),
        ("local_time", 1, lambda mtime_ns: local_time(int(mtime_ns))),
        ("checksum_of_values", -1, lambda *values: checksum.of_values(values)),
        ("checksum_of_bytes", 2, checksum.of_bytes),
    ):
        connection.create_function(name, count, function, deterministic=True)
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA recursive_triggers = ON")  # a row that is replaced counts as deleted as well
        connection.execute("PRAGMA synchronous = FULL")  # acknowledged means: through a loss of power as well
        format_of(connection)  # the first reading is what fails
    except BaseException:
        connection.close()
        raise
    return connection


def _text(data: bytes) -> str:
    """Also of bytes that are none: what is damaged is then found by its checksum."""
    return data.decode("utf-8", "surrogateescape")


def _check(connection: sqlite3.Connection, folder: Path, migrations: Sequence[Migration]) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        raise LibraryDamaged(f"{str(folder / FILE)!r} is not the database of a lookalike library")
    if format_of(connection) > len(migrations):
        raise LibraryFormat(
            f"the library in {str(folder)!r} has format {format_of(connection)}, made by {last_program(connection)}; "
            f"this program knows {len(migrations)}: update it"
        )


def _bring_up_to_date(
    connection: sqlite3.Connection, folder: Path, migrations: Sequence[Migration], *, write: bool
) -> None:
    if not write:
        raise LibraryFormat(
            f"the library in {str(folder)!r} has format {format_of(connection)}, made by {last_program(connection)}; "
            f"`lookalike index PATH` brings it to {len(migrations)}, which this program reads"
        )
    with writer_lock(folder):
        migrate(connection, migrations)


def _missing(folder: Path) -> LibraryMissing:
    return LibraryMissing(
        f"there is no library in {str(folder)!r}; make one with `lookalike index PATH`", path=str(folder)
    )
