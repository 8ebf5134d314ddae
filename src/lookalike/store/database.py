"""Statements in, rows out: a database with one transaction at a time, its errors in our words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.store.codes import errors_of
from lookalike.types import Ids


class Database:
    """A connection, used from one thread."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self.connection = connection
        self._notes = 0

    def rows(self, text: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """One after the other."""
        with errors_of(self.folder):
            for row in self.connection.execute(text, values):  # noqa: UP028  that would close the cursor, maybe too late
                yield row

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

    def change(self, text: str, rows: Sequence[Sequence[Any]] = ((),)) -> None:
        """Runs a statement once for each row of values; only inside a transaction."""
        if not self.connection.in_transaction:
            raise RuntimeError("writing needs a transaction: use it inside `with store.transaction()`")
        with errors_of(self.folder):
            self.connection.executemany(text, rows)

    def note(self, text: str, values: Sequence[Any]) -> None:
        """As `change` of one row, for what no index follows: the generation stays."""
        self.note_all(text, [values])

    def note_all(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """As `note`, for each row of values."""
        before = self.connection.total_changes
        self.change(text, rows)
        self._notes += self.connection.total_changes - before

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
