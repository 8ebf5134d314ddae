"""Labels that people gave pictures, in a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lookalike.facts import Label
from lookalike.store.database import Database
from lookalike.store.paths import stored
from lookalike.store.record_rows import labels_of
from lookalike.store.rows import checked, columns_of, into, with_checksum


class SQLiteLabels:
    """`LabelKeeper` on SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rows: Collection[tuple[str, Label]]) -> int:
        """Gives contents, by sha256, labels; a KEY=VALUE takes the place of another value. How many are new."""
        others = "DELETE FROM labels WHERE sha256 = ? AND name = ? AND value NOT IN ('', ?)"
        facts = [(bytes.fromhex(sha256), label.name, label.value) for sha256, label in rows if label.value]
        self._database.note_all(others, facts)
        new = [with_checksum((bytes.fromhex(sha256), label.name, label.value)) for sha256, label in rows]
        return self._counted(into("labels", keeping=True), new)

    def remove(self, rows: Collection[tuple[str, Label]]) -> int:
        """Takes them away; a `Label` without a value takes that name with all of its values. How many there were."""
        named = "DELETE FROM labels WHERE sha256 = ? AND name = ? AND ? IN ('', value)"
        return self._counted(named, [(bytes.fromhex(sha256), label.name, label.value) for sha256, label in rows])

    def carry(self, rows: Iterable[tuple[str, str]]) -> None:
        """Contents, by sha256, that come in the place of others, by path, take over labels; facts of their own stay."""
        if not self._count():
            return
        rows = list(rows)
        before = self.contents_at(path for path, _ in rows)
        for path, sha256 in rows:
            own = {label.name for label in self.of(sha256) if label.value}
            for label in self.of(before[path]) if before.get(path, sha256) != sha256 else ():
                if label.name not in own or not label.value:
                    row = with_checksum((bytes.fromhex(sha256), label.name, label.value))
                    self._database.note(into("labels", keeping=True), row)

    def of(self, sha256: str) -> tuple[Label, ...]:
        """By name, then value."""
        return labels_of(self._database, sha256)

    def all(self) -> list[tuple[str, Label]]:
        """Every label with the sha256 of its content, by label, then sha256."""
        text = f"SELECT {columns_of('labels')} FROM labels ORDER BY name, value, sha256"
        rows = (checked("labels", row) for row in self._database.rows(text))
        return [(sha256.hex(), Label(name, value)) for sha256, name, value in rows]

    def counts(self) -> dict[Label, int]:
        """Files with each label, by label; rows are counted where they lie, and not checked."""
        text = (
            "SELECT l.name, l.value, count(r.path) FROM labels l LEFT JOIN contents c ON c.sha256 = l.sha256 "
            "LEFT JOIN records r ON r.content = c.id GROUP BY l.name, l.value ORDER BY l.name, l.value"
        )
        return {Label(name, value): count for name, value, count in self._database.rows(text)}

    def contents_at(self, paths: Iterable[str]) -> dict[str, str]:
        """The sha256 of the content of each path that has a record."""
        text = "SELECT c.sha256 FROM records r JOIN contents c ON c.id = r.content WHERE r.path = ?"
        found = ((path, self._database.rows(text, [stored(path)])) for path in paths)
        return {path: row[0].hex() for path, rows in found for row in rows}

    def _counted(self, text: str, rows: Collection[tuple[object, ...]]) -> int:
        before = self._count()
        self._database.note_all(text, list(rows))
        return abs(self._count() - before)

    def _count(self) -> int:
        return int(self._database.value("SELECT count(*) FROM labels"))
