"""A full check of the tables of a library on PostgreSQL, row by row, and the removal of rows that fail it.

The server itself checks its pages and its references; what is checked here is what went from the program to the disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lookalike.errors import LibraryDamaged
from lookalike.store import checksum, paths
from lookalike.store.check import LOST
from lookalike.store.postgres.database import PostgresDatabase
from lookalike.store.rows import columns_of, failure_row, local_checked
from lookalike.store.schema import COLUMNS
from lookalike.types import Failure, Space, SpaceKind

_FILES: Final = ("records", "failures")
_DERIVED: Final = ("calibrations", "compared", "relations")
"""Tables that are emptied: what they say of one pair goes with what they say of others."""
_OF_CONTENTS: Final = ("records", "frames", "facts", "places", "compared")
_AT_ONCE: Final = 512


@dataclass(frozen=True)
class Damage:
    """A row that does not fit its checksum: a sentence, its table, and its place there."""

    sentence: str
    table: str
    place: str


def problems(database: PostgresDatabase) -> list[str]:
    """Sentences on all that is wrong; empty when all is well."""
    return list(dict.fromkeys(damage.sentence for damage in _damages(database)))


def remove_damaged(database: PostgresDatabase) -> list[str]:
    """Removes every damaged row and all that hangs on it; the paths of files that are to be read again.

    Until they are read they are failures: should nothing else come of this run, the next one is told of them too. In a
    transaction of the caller's.
    """
    again: set[str] = set()
    for damage in list(_damages(database)):
        again |= _remove(database, damage)
    lost = [Failure(path, "io", LOST) for path in sorted(again) if os.path.lexists(path)]
    database.put("failures", list(map(failure_row, lost)))
    noted = database.rows("SELECT path FROM failures WHERE detail = ? ORDER BY path", [LOST])
    return [paths.text(path) for (path,) in noted]


def _damages(database: PostgresDatabase) -> Iterator[Damage]:
    for table in COLUMNS:
        yield from _of_table(database, table)
    for number, space, holds in _spaces(database):
        yield from _of_space(database, f"vectors_{number}", space, holds)


def _of_table(database: PostgresDatabase, table: str) -> Iterator[Damage]:
    text = f"SELECT ctid::text, {columns_of(table)} FROM {table}"
    for rows in database.batches(text, (), _AT_ONCE):
        for place, *values, told in rows:
            if checksum.of_values(values) != told:
                yield Damage(f"a row of the {table} ({place}) does not fit its checksum", table, place)


def _spaces(database: PostgresDatabase) -> list[tuple[int, Space, SpaceKind]]:
    """Spaces whose own rows are sound."""
    rows = list(database.rows(f"SELECT number, {columns_of('spaces')} FROM spaces"))
    sound = [(number, values) for number, *values, told in rows if checksum.of_values(values) == told]
    return [(number, Space(*values[:4]), values[5]) for number, values in sound]


def _of_space(database: PostgresDatabase, table: str, space: Space, holds: SpaceKind) -> Iterator[Damage]:
    last = -1
    text = (
        f"SELECT content, checksum, vector, ctid::text FROM {table} WHERE content > ? ORDER BY content LIMIT {_AT_ONCE}"
    )
    while rows := database.packed(text, [last]):
        for id, told, row, place in rows:
            if not _is_sound(space, holds, (id, told, row)):
                what = "features" if holds == "local" else "vector"
                yield Damage(f"the {space.name} {what} of content {id} does not fit its checksum", table, place)
        last = rows[-1][0]


def _is_sound(space: Space, holds: SpaceKind, row: tuple[int, int, bytes]) -> bool:
    id, told, data = row
    if holds == "local":
        try:
            local_checked(space, row)
        except LibraryDamaged:
            return False
        return True
    wanted = space.columns * np.dtype(space.dtype).itemsize
    return len(data) == wanted and checksum.of_bytes(id, data) == told


def _remove(database: PostgresDatabase, damage: Damage) -> set[str]:
    """Paths of the files that the row stands for."""
    here = f"FROM {damage.table} WHERE ctid = ?::tid"
    if damage.table in _DERIVED:
        for table in _DERIVED:
            database.change(f"DELETE FROM {table}")
        return set()
    lost: set[str] = set()
    for key in _keys(database, damage, here):
        if damage.table in _FILES:
            lost.add(paths.text(key))
        elif damage.table == "contents":
            lost |= _forget_content(database, key)
        elif damage.table == "frames":
            _of_all_spaces(database, key)
        elif damage.table == "spaces":
            database.change("DELETE FROM frames WHERE space = ?", [(key,)])
            database.change(f"DROP TABLE vectors_{int(key)}")
    database.change(f"DELETE {here}", [(damage.place,)])
    return lost


def _keys(database: PostgresDatabase, damage: Damage, here: str) -> Sequence[Any]:
    keys = {"records": "path", "failures": "path", "contents": "id", "frames": "content", "spaces": "number"}
    if damage.table not in keys:
        return []
    return [key for (key,) in database.rows(f"SELECT {keys[damage.table]} {here}", [damage.place])]


def _forget_content(database: PostgresDatabase, id: int) -> set[str]:
    lost = {paths.text(path) for (path,) in database.rows("SELECT path FROM records WHERE content = ?", [id])}
    _of_all_spaces(database, id)
    for table in _OF_CONTENTS:
        database.change(f"DELETE FROM {table} WHERE content = ?", [(id,)])
    database.change("DELETE FROM relations WHERE a = ? OR b = ?", [(id, id)])
    return lost


def _of_all_spaces(database: PostgresDatabase, content: int) -> None:
    """Forgets the rows of a content, so that it is described again, with all of its frames."""
    for (number,) in list(database.rows("SELECT number FROM spaces")):
        database.change(f"DELETE FROM vectors_{int(number)} WHERE content = ?", [(content,)])
