"""Labels that people gave pictures, in a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lookalike.facts import Label
from lookalike.store.database import Database
from lookalike.store.paths import stored
from lookalike.store.paths import text as path_of
from lookalike.store.record_rows import labels_by
from lookalike.store.rows import checked, columns_of


class LabelTable:
    """`LabelKeeper` on a table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, rows: Collection[tuple[str, Label]]) -> int:
        """Gives contents, by sha256, labels; a KEY=VALUE takes the place of another value. How many are new."""
        others = "DELETE FROM labels WHERE sha256 = ? AND name = ? AND value NOT IN ('', ?)"
        facts = [(bytes.fromhex(sha256), label.name, label.value) for sha256, label in rows if label.value]
        self._database.note(others, facts)
        new = [(bytes.fromhex(sha256), label.name, label.value) for sha256, label in rows]
        return self._database.put("labels", new, keeping=True, noted=True)

    def remove(self, rows: Collection[tuple[str, Label]]) -> int:
        """Takes them away; a `Label` without a value takes that name with all of its values. How many there were."""
        named = "DELETE FROM labels WHERE sha256 = ? AND name = ? AND ? IN ('', value)"
        return self._database.note(named, [(bytes.fromhex(sha256), label.name, label.value) for sha256, label in rows])

    def carry(self, rows: Iterable[tuple[str, str]]) -> None:
        """Contents, by sha256, that come in the place of others, by path, take over labels; facts of their own stay."""
        if not self._database.value("SELECT EXISTS (SELECT 1 FROM labels)"):
            return
        rows = list(rows)
        before = self.contents_at(path for path, _ in rows)
        heirs = [(before[path], sha256) for path, sha256 in rows if before.get(path, sha256) != sha256]
        known = labels_by(self._database, {sha256 for pair in heirs for sha256 in pair})
        new: list[tuple[bytes, str, str]] = []
        for old, sha256 in heirs:
            own = known[sha256]
            facts = {label.name for label in own if label.value}
            taken = [label for label in known[old] if label.name not in facts or not label.value]
            new += [(bytes.fromhex(sha256), label.name, label.value) for label in taken]
            known[sha256] = [*own, *taken]
        self._database.put("labels", new, keeping=True, noted=True)

    def of(self, sha256: str) -> tuple[Label, ...]:
        """By name, then value."""
        return tuple(labels_by(self._database, [sha256])[sha256])

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
        text = "SELECT r.path, c.sha256 FROM records r JOIN contents c ON c.id = r.content WHERE r.path = ?"
        return {path_of(path): sha256.hex() for path, sha256 in self._database.each(text, map(stored, paths))}
