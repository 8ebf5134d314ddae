"""Objects that pictures are views of, in a database."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping

from lookalike.store.database import Database
from lookalike.store.paths import stored
from lookalike.store.paths import text as path_of
from lookalike.store.record_rows import SOURCES, filtered
from lookalike.store.rows import checked, columns_of


class ObjectTable:
    """`ObjectKeeper` on a table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, names: Mapping[str, str]) -> None:
        """Contents, by sha256, are views of these objects from now on, whatever they were views of."""
        self._database.put("objects", [(bytes.fromhex(sha256), name) for sha256, name in names.items()], noted=True)

    def remove(self, sha256s: Collection[str]) -> int:
        """Makes them views of nothing; how many there were."""
        rows = [(bytes.fromhex(sha256),) for sha256 in sha256s]
        return self._database.note("DELETE FROM objects WHERE sha256 = ?", rows)

    def carry(self, rows: Iterable[tuple[str, str]]) -> None:
        """Contents, by sha256, that come in the place of others, by path, are views of what those were views of."""
        if not self._database.value("SELECT EXISTS (SELECT 1 FROM objects)"):
            return
        before = """SELECT r.path, c.sha256, o.name FROM records r JOIN contents c ON c.id = r.content
                    JOIN objects o ON o.sha256 = c.sha256 WHERE r.path = ?"""
        new = {stored(path): bytes.fromhex(sha256) for path, sha256 in rows}
        found = list(self._database.each(before, new))
        heirs = [(new[path], name) for path, old, name in found if new[path] != old]
        self._database.put("objects", heirs, keeping=True, noted=True)

    def all(self) -> dict[str, str]:
        """Name of the object of each content that is a view of one, by sha256; by name, then sha256."""
        text = f"SELECT {columns_of('objects')} FROM objects ORDER BY name, sha256"
        rows = (checked("objects", row) for row in self._database.rows(text))
        return {sha256.hex(): name for sha256, name in rows}

    def members(self, by: str, where: str | None = None) -> Iterator[tuple[int, str]]:
        """Ids of contents with the names of their things: by `object`, `label` or `folder`, or by values of a KEY."""
        conditions, values = filtered(self._database, where)
        passing = " AND ".join(conditions)
        if by == "folder":
            for id, path in self._database.rows(f"SELECT c.id, r.path {SOURCES} WHERE {passing}", values):
                yield id, os.path.dirname(path_of(path))  # noqa: PTH120  a fifth of the time of a Path
        elif by == "object":
            text = f"SELECT c.id, o.name {SOURCES} WHERE o.name IS NOT NULL AND {passing}"
            yield from self._database.rows(text, values)
        else:
            name, own = ("l.name", "l.value = ''") if by == "label" else ("l.value", "l.value != '' AND l.name = ?")
            keys = [] if by == "label" else [by.lower()]
            text = f"SELECT c.id, {name} {SOURCES} JOIN labels l ON l.sha256 = c.sha256 WHERE {own} AND {passing}"
            yield from self._database.rows(text, [*keys, *values])
