"""Statements in, rows out, on PostgreSQL: one transaction at a time, and a new connection where one was lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, count, repeat
from typing import Any, Final, TypeVar
from weakref import finalize

import numpy as np
from psycopg import Error, errors, sql
from psycopg.pq import TransactionStatus

from lookalike.errors import DatabaseLost, DatabaseRefused
from lookalike.location import Location
from lookalike.store.database import Comparisons, Condition
from lookalike.store.postgres.columns import columns_put, row_put, storable
from lookalike.store.postgres.comparisons import COMPARISONS
from lookalike.store.postgres.connection import Connection, connect
from lookalike.store.postgres.errors import errors_of
from lookalike.store.postgres.locks import hold, let_go
from lookalike.store.postgres.schema import KEYS, SLOTS
from lookalike.store.rows import stranger, with_checksum
from lookalike.types import Ids

T = TypeVar("T")

PATIENCE: Final = 20.0
"""Seconds for which a server that went away may take to come back."""
_PAUSES: Final = (0.1, 0.2, 0.5, 1.0)
_AT_ONCE: Final = 512
_NEEDED: Final = "writing needs a transaction: use it inside `with store.transaction()`"


class PostgresDatabase:
    """`Database` on PostgreSQL. What only reads is asked again where the server went away and came back."""

    def __init__(self, at: Location, connection: Connection, *, write: bool) -> None:
        self.at = at
        self.comparisons: Comparisons = COMPARISONS
        self._connection = connection
        self._closing = finalize(self, connection.close)  # a session goes with the thread that asked, see `readers`
        self._write = write
        self._changes: int | None = None
        self._together: bool | None = None
        self._names = count()

    def close(self) -> None:
        """Ends the session; from any thread."""
        self._connection.close()

    # reading

    def rows(self, text: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """One after the other."""
        yield from self._fetched(text, values)

    def each(self, text: str, keys: Iterable[Any]) -> Iterator[Any]:
        """Rows of a statement of one value, for each of the keys, which go to the server together."""
        wanted = [(key,) for key in keys]
        for start in range(0, len(wanted), _AT_ONCE):
            yield from self._of_each(text, wanted[start : start + _AT_ONCE])

    def _of_each(self, text: str, keys: Sequence[tuple[Any]]) -> list[Any]:
        def ask(connection: Connection) -> list[Any]:
            with connection.cursor() as cursor:
                cursor.executemany(_query(text), keys, returning=True)
                found = cursor.fetchall()
                while cursor.nextset():
                    found += cursor.fetchall()
                return found

        return self._asked(ask)

    def batches(self, text: str, values: Sequence[Any], size: int) -> Iterator[list[Any]]:
        """`size` rows at a time, as they were when the first was asked for."""
        name = f"batches_{next(self._names)}"
        with errors_of(self.at), self._alive().cursor(name, withhold=True) as cursor:
            cursor.execute(_query(text), values)
            while rows := cursor.fetchmany(size):
                yield rows

    def value(self, text: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the only row."""
        (row,) = self._fetched(text, values)
        return row[0]

    def ids(self, text: str, values: Sequence[Any] = ()) -> Ids:
        """The first column."""
        return np.array([id for (id,) in self.packed(text, values)], np.int64)

    def packed(self, text: str, values: Sequence[Any]) -> list[Any]:
        """Rows that come in binary, which is quicker for bytes and vectors."""
        return self._fetched(text, values, binary=True)

    def among(self, column: str, ids: Ids) -> Condition:
        """Whether the column is one of the ids."""
        return f"{column} = ANY(?)", [ids.tolist()]

    def _fetched(self, text: str, values: Sequence[Any], *, binary: bool = False) -> list[Any]:
        return self._asked(lambda connection: connection.execute(_query(text), values, binary=binary).fetchall())

    def _asked(self, ask: Callable[[Connection], T]) -> T:
        """Asks what only reads; once more where the connection was lost, and no transaction with it."""
        try:
            with errors_of(self.at):
                return ask(self._alive())
        except DatabaseLost:
            self._connection.close()
            if self._changes is not None:
                raise
        with errors_of(self.at):
            return ask(self._alive())

    # writing

    def change(self, text: str, rows: Sequence[Sequence[Any]] = ((),)) -> int:
        """Runs a statement once for each row of values, only inside a transaction; how many rows it changed."""
        changed = self.note(text, rows)
        self._changes = (self._changes or 0) + changed
        return changed

    def note(self, text: str, rows: Sequence[Sequence[Any]]) -> int:
        """As `change`, for what no index follows: the generation stays."""
        with self.statement() as connection, connection.cursor() as cursor:
            cursor.executemany(_query(text), rows)
            return max(cursor.rowcount, 0)

    def put(self, table: str, rows: Sequence[Sequence[Any]], *, keeping: bool = False, noted: bool = False) -> int:
        """Puts rows in place of those with their keys, or else `keeping` those; how many it put."""
        write = self.note if noted else self.change
        return write(_into(table, keeping=keeping), [row_put(table, with_checksum(storable(row))) for row in rows])

    @contextmanager
    def statement(self, changes: int = 0) -> Iterator[Connection]:
        """The connection, for a statement that changes so many rows; only inside a transaction."""
        if self._changes is None:
            raise RuntimeError(_NEEDED)
        with errors_of(self.at):
            try:
                yield self._connection
            except errors.ForeignKeyViolation as error:
                raise stranger() from error
        self._changes += changes

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits on leaving, rolls back on an error; raises the generation with any change."""
        if self._changes is not None:
            raise RuntimeError("a transaction is open already: one at a time")
        self._asked(lambda connection: connection.execute("BEGIN"))
        self._changes = 0
        with errors_of(self.at):
            try:
                yield
                self._commit()
            except BaseException:
                with suppress(Error):
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._changes = None

    def _commit(self) -> None:
        if self._connection.info.transaction_status == TransactionStatus.INERROR:  # COMMIT would roll back in silence
            raise RuntimeError("a statement of this transaction failed, and its error came to nobody")
        if self._changes:
            raised = "UPDATE generation SET value = value + 1 WHERE slot = mod(pg_backend_pid(), %s)"
            self._connection.execute(raised, (SLOTS,))
        self._connection.execute("COMMIT")

    def outside(self, statement: sql.Composed) -> None:
        """Runs one that no transaction can hold."""
        with errors_of(self.at):
            self._alive().execute(statement)

    # holding

    def hold(self, *, together: bool) -> None:
        """Takes the writers' lock, alone or with others; raises `LibraryBusy` that names who is in the way."""
        with errors_of(self.at):
            hold(self._alive(), self.at, together=together)
        self._together = together

    def let_go(self) -> None:
        """Gives back what `hold` took."""
        together, self._together = bool(self._together), None
        with suppress(Error):  # a session that is gone holds nothing
            let_go(self._connection, together=together)

    def _alive(self) -> Connection:
        """The connection, or a new one that holds what it held; in a transaction there is none but the first."""
        if self._connection.closed and self._changes is None:
            self._closing.detach()
            self._connection = self._reopened()
            self._closing = finalize(self, self._connection.close)
            if self._together is not None:
                hold(self._connection, self.at, together=self._together)
        return self._connection

    def _reopened(self) -> Connection:
        until = time.monotonic() + PATIENCE
        for pause in chain(_PAUSES, repeat(_PAUSES[-1])):
            try:
                return connect(self.at, write=self._write)
            except (DatabaseRefused, DatabaseLost) as error:
                if time.monotonic() > until:
                    raise DatabaseLost(
                        f"the connection to the library at {str(self.at)!r} was lost, and there is no other: {error}"
                    ) from error
            time.sleep(pause)
        raise AssertionError("pauses have no end")


def _query(text: str) -> bytes:
    """The statement with the marks for values that this client knows."""
    return text.replace("%", "%%").replace("?", "%s").encode()


def _into(table: str, *, keeping: bool) -> str:
    """Puts rows of `columns.row_put` into a table, in place of those with their keys, or else `keeping` those."""
    columns = columns_put(table)
    values = f"({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    replaced = ", ".join(f"{column} = EXCLUDED.{column}" for column in columns)
    found = "DO NOTHING" if keeping else f"DO UPDATE SET {replaced}"
    return f"INSERT INTO {table} {values} ON CONFLICT ({KEYS[table]}) {found}"
