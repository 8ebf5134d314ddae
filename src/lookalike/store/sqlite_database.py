"""A connection to SQLite, with one transaction at a time, its errors in our words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from lookalike.facts import Quantity
from lookalike.store.codes import errors_of
from lookalike.store.database import Comparisons, Condition
from lookalike.store.paths import stored
from lookalike.store.rows import stranger, with_checksum
from lookalike.store.schema import COLUMNS
from lookalike.types import Ids


class SQLiteDatabase:
    """`Database` on SQLite."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self.connection = connection
        self.comparisons: Comparisons = COMPARISONS
        self._notes = 0

    def rows(self, text: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """One after the other."""
        with errors_of(self.folder):
            for row in self.connection.execute(text, values):  # noqa: UP028  that would close the cursor, maybe too late
                yield row

    def each(self, text: str, keys: Iterable[Any]) -> Iterator[Any]:
        """Rows of a statement of one value, for each of the keys."""
        for key in keys:
            yield from self.rows(text, (key,))

    def batches(self, text: str, values: Sequence[Any], size: int) -> Iterator[list[Any]]:
        """`size` rows at a time."""
        with errors_of(self.folder):
            cursor = self.connection.execute(text, values)
            while rows := cursor.fetchmany(size):
                yield rows

    def value(self, text: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the only row."""
        (row,) = self.rows(text, values)
        return row[0]

    def ids(self, text: str, values: Sequence[Any] = ()) -> Ids:
        """The first column."""
        with errors_of(self.folder):
            found = self.connection.execute(text, values).fetchall()
        return np.array([id for (id,) in found], np.int64)

    def among(self, column: str, ids: Ids) -> Condition:
        """Whether the column is one of the ids: they are one value, since SQLite takes few."""
        return f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(ids.tolist())]

    def change(self, text: str, rows: Sequence[Sequence[Any]] = ((),)) -> int:
        """Runs a statement once for each row of values, only inside a transaction; how many rows it changed."""
        if not self.connection.in_transaction:
            raise RuntimeError("writing needs a transaction: use it inside `with store.transaction()`")
        with errors_of(self.folder):
            try:
                return max(self.connection.executemany(text, rows).rowcount, 0)
            except sqlite3.IntegrityError as error:
                raise stranger() from error

    def note(self, text: str, rows: Sequence[Sequence[Any]]) -> int:
        """As `change`, for what no index follows: the generation stays."""
        before = self.connection.total_changes
        changed = self.change(text, rows)
        self._notes += self.connection.total_changes - before
        return changed

    def put(self, table: str, rows: Sequence[Sequence[Any]], *, keeping: bool = False, noted: bool = False) -> int:
        """Puts rows in place of those that are there, or else `keeping` those; how many it put."""
        write = self.note if noted else self.change
        return write(into(table, keeping=keeping), list(map(with_checksum, rows)))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits on leaving, rolls back on an error; raises the generation with any change."""
        if self.connection.in_transaction:
            raise RuntimeError("a transaction is open already: one at a time")
        with errors_of(self.folder):
            self.connection.execute("BEGIN IMMEDIATE")
            before = self.connection.total_changes - self._notes
            try:
                yield
                if self.connection.total_changes - self._notes != before:
                    self.connection.execute("UPDATE generation SET value = value + 1")
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # a full disk has already rolled it back
                    self.connection.execute("ROLLBACK")
                raise

    def shrink(self) -> None:
        """Gives free space back to the disk."""
        with errors_of(self.folder):
            self.connection.execute("VACUUM")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class SQLiteComparisons:
    """`Comparisons` by functions of `matching`, which `connection` gives to SQLite. Globs may be of any bytes."""

    def path(self, pattern: str) -> Condition:
        """Whether a glob fits the path of record r."""
        return "path_matches(?, r.path)", [stored(pattern)]

    def name(self, pattern: str) -> Condition:
        """Whether a glob fits the name of its file."""
        return "name_matches(?, r.path)", [stored(pattern)]

    def text(self, columns: Sequence[str], pattern: str) -> Condition:
        """Whether a glob fits the first of these columns that is known."""
        found = columns[0] if len(columns) == 1 else f"coalesce({', '.join(columns)})"
        return f"text_matches(?, {found})", [stored(pattern)]

    def keyword(self, pattern: str) -> Condition:
        """Whether it fits one of the keywords."""
        found = "json_each(coalesce(s.keywords, f.keywords, '[]'))"
        return f"EXISTS (SELECT 1 FROM {found} WHERE text_matches(?, value))", [stored(pattern)]

    def quantity(self, sign: str, quantity: Quantity) -> Condition:
        """Whether the value of a label compares so."""
        return "quantity_passes(?, l.value, ?, ?)", [sign, quantity.number, quantity.unit]

    def date(self, taken: str, sign: str, first: str) -> Condition:
        """Whether the time `taken`, where it is known, or else that of the file begins so."""
        return f"substr(coalesce({taken}, local_time(r.mtime_ns)), 1, {len(first)}) {sign} ?", [first]


COMPARISONS: Final = SQLiteComparisons()


def into(table: str, *, keeping: bool = False) -> str:
    """Puts rows of `with_checksum` into a table, in place of those that are there, or else `keeping` those."""
    columns = (*COLUMNS[table], "checksum")
    verb = "INSERT OR IGNORE" if keeping else "INSERT OR REPLACE"
    return f"{verb} INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
