"""A full check of the database of a library, row by row, and the removal of rows that fail it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from lookalike.errors import LibraryDamaged
from lookalike.store import checksum, paths
from lookalike.store.codes import is_of_limits
from lookalike.store.rows import columns_of, failure_row, local_checked, of_another_length, with_checksum
from lookalike.store.schema import COLUMNS
from lookalike.store.sqlite_database import into
from lookalike.store.word_table import forget_words
from lookalike.types import Failure, Space, SpaceKind

_KEYS = {
    "contents": "id",
    "records": "CAST(path AS BLOB)",
    "failures": "CAST(path AS BLOB)",
    "spaces": "number",
    "frames": "rowid",
    "sidecars": "number",
    "labels": "number",
    "judgements": "number",
    "profiles": "number",
    "objects": "number",
}
"""As SQL; of other tables a row is not told from others."""
LOST = "what the library knew of it was damaged"
_FILES = ("records", "failures")
_DERIVED = ("calibrations", "compared", "relations")
"""Tables that are emptied: what they say of one pair goes with what they say of others."""


@dataclass(frozen=True)
class Damage:
    """Damage as a sentence; in which table, under which key, where it is a single row."""

    sentence: str
    table: str = ""
    key: Any = None


def damages(connection: sqlite3.Connection) -> Iterator[Damage]:
    """All that a full check finds."""
    yield from _readable("the database", _of_pages(connection))
    yield from _damaged_rows(connection)


def remove_damaged(connection: sqlite3.Connection) -> list[str]:
    """Removes every damaged row and all that hangs on it; the paths of files that are to be read again.

    Until they are read they are failures: should nothing else come of this run, the next one is told of them too. In a
    transaction of the caller's. Raises `LibraryDamaged` where more than rows and indexes is damaged.
    """
    if next(damages(connection), None) is None:
        return _noted(connection)
    connection.execute("PRAGMA defer_foreign_keys = ON")  # what hangs on a row goes in the next round
    forget_words(connection)
    connection.execute("REINDEX")
    again: set[str] = set()
    before: list[Damage] = []
    while (found := list(_damaged_rows(connection))) and found != before:
        for table, rows in groupby(sorted(found, key=lambda damage: damage.table), lambda damage: damage.table):
            again |= _remove(connection, table, [damage.key for damage in rows])
        before = found
    for damage in damages(connection):
        raise LibraryDamaged(f"{damage.sentence}; this is beyond repair: index the folders into a new library")
    _note(connection, [path for path in sorted(again) if os.path.lexists(path)])
    return _noted(connection)


def _note(connection: sqlite3.Connection, lost: Sequence[str]) -> None:
    rows = [with_checksum(failure_row(Failure(path, "io", LOST))) for path in lost]
    connection.executemany(into("failures"), rows)


def _noted(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT path FROM failures WHERE detail = ? ORDER BY path", [LOST])
    return [paths.text(path) for (path,) in found]


def _remove(connection: sqlite3.Connection, table: str, keys: Sequence[Any]) -> set[str]:
    """The paths that the rows under these keys stand for."""
    if table in _FILES:
        _keep_others(connection, table, set(keys))
        return {paths.text(key) for key in keys if key is not None}
    if table in _DERIVED:
        for each in _DERIVED:
            connection.execute(f"DELETE FROM {each}")
        return set()
    lost: set[str] = set()
    for key in keys:
        if table == "spaces":
            connection.execute(f"DROP TABLE IF EXISTS vectors_{int(key)}")
            connection.execute("DELETE FROM frames WHERE space = ?", [key])
        if table == "contents":
            of_content = connection.execute(f"SELECT {_KEYS['records']} FROM records WHERE content = ?", [key])
            lost |= {paths.text(path) for (path,) in of_content}
        if table == "frames":
            _forget_vectors(connection, int(key))
        if table:
            connection.execute(f"DELETE FROM {table} WHERE {_KEYS.get(table, 'content')} = ?", [key])
    return lost


def _forget_vectors(connection: sqlite3.Connection, frame: int) -> None:
    """Forgets the vectors of this frame's content, so that it is described again, with all of its frames."""
    for (number,) in connection.execute("SELECT number FROM spaces").fetchall():
        of_frame = "SELECT content FROM frames WHERE rowid = ?"
        connection.execute(f"DELETE FROM vectors_{int(number)} WHERE content IN ({of_frame})", [frame])


def _keep_others(connection: sqlite3.Connection, table: str, keys: set[bytes]) -> None:
    """Writes a table anew: a row whose path is damaged may stand where no look-up finds it."""
    rows = connection.execute(f"SELECT {_KEYS[table]}, {columns_of(table)} FROM {table}").fetchall()
    connection.execute(f"DELETE FROM {table}")
    connection.executemany(into(table), [row for key, *row in rows if key not in keys])


def _damaged_rows(connection: sqlite3.Connection) -> Iterator[Damage]:
    for table in COLUMNS:
        yield from _readable(f"the {table}", _of_rows(connection, table))
    yield from _readable("the references", _of_references(connection))
    for number, space, holds in _spaces(connection):
        what = f"the {space.name} {'features' if holds == 'local' else 'vectors'}"
        rows = _of_local if holds == "local" else _of_vectors
        yield from _readable(what, rows(connection, space, f"vectors_{number}"), "spaces", number)


def _readable(what: str, found: Iterator[Damage], table: str = "", key: Any = None) -> Iterator[Damage]:
    try:
        yield from found
    except sqlite3.DatabaseError as error:
        if is_of_limits(error):
            raise
        yield Damage(f"{what} cannot be read: {error}", table, key)
    except UnicodeDecodeError as error:  # of a name in SQLite's own message
        yield Damage(f"{what} cannot be read: {error}", table, key)


def _of_pages(connection: sqlite3.Connection) -> Iterator[Damage]:
    for (line,) in connection.execute("PRAGMA integrity_check"):
        if line != "ok":
            yield Damage(f"the database says: {line}")


def _of_references(connection: sqlite3.Connection) -> Iterator[Damage]:
    for table, rowid, *_ in connection.execute("PRAGMA foreign_key_check").fetchall():
        sentence = f"a row of {table} speaks of a content that is not there"
        if table == "records":  # which has no row numbers
            strangers = f"SELECT {_KEYS[table]} FROM records WHERE content NOT IN (SELECT id FROM contents)"
            yield from (Damage(sentence, table, path) for (path,) in connection.execute(strangers))
        else:
            yield Damage(sentence, table, rowid)


def _of_rows(connection: sqlite3.Connection, table: str) -> Iterator[Damage]:
    for key, *values, told in connection.execute(
        f"SELECT {_KEYS.get(table, 'NULL')}, {columns_of(table)} FROM {table}"
    ):
        if checksum.of_values(values) != told:
            which = "" if key is None else f" ({os.fsdecode(key)!r})" if isinstance(key, bytes) else f" ({key})"
            yield Damage(f"a row of the {table}{which} does not fit its checksum", table, key)


def _spaces(connection: sqlite3.Connection) -> list[tuple[int, Space, SpaceKind]]:
    """Spaces whose own rows are sound."""
    found: list[tuple[int, Space, SpaceKind]] = []
    for number, *values, told in connection.execute(f"SELECT number, {columns_of('spaces')} FROM spaces"):
        if checksum.of_values(values) == told:
            name, digest, dim, metric, _, holds = values
            found.append((number, Space(name, digest, dim, metric), holds))
    return found


def _of_local(connection: sqlite3.Connection, space: Space, table: str) -> Iterator[Damage]:
    for row in connection.execute(f"SELECT content, checksum, vector FROM {table}"):
        try:
            local_checked(space, row)
        except LibraryDamaged as error:
            yield Damage(_first_part(error), table, row[0])


def _of_vectors(connection: sqlite3.Connection, space: Space, table: str) -> Iterator[Damage]:
    wanted = space.columns * space.dtype.itemsize
    for id, told, vector in connection.execute(f"SELECT content, checksum, vector FROM {table}"):
        name = f"the {space.name} vector of content {id}"
        if not isinstance(vector, bytes) or len(vector) != wanted:
            yield Damage(f"{name} {of_another_length(vector, wanted)}", table, id)
        elif checksum.of_bytes(id, vector) != told:
            yield Damage(f"{name} does not fit its checksum", table, id)
        elif space.dtype == np.float32 and not np.isfinite(np.frombuffer(vector, space.dtype)).all():
            yield Damage(f"{name} is not finite", table, id)


def _first_part(error: LibraryDamaged) -> str:
    return str(error).split(";")[0]
