"""The truth about a library in a database of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice

import numpy as np
from psycopg import sql

from lookalike.keepers import WordKeeper
from lookalike.location import Location, LocationLike
from lookalike.store.packing import Packed as Row
from lookalike.store.postgres.check import problems, remove_damaged
from lookalike.store.postgres.connection import connect, create, format_of, opened
from lookalike.store.postgres.copying import copy_rows
from lookalike.store.postgres.database import PostgresDatabase
from lookalike.store.postgres.errors import errors_of
from lookalike.store.postgres.locks import lock_contents, lock_pictures, lock_spaces
from lookalike.store.postgres.schema import SCHEMA, type_of, vectors_table
from lookalike.store.postgres.words import WordRows
from lookalike.store.tables import TableStore
from lookalike.store.unused import drop_unused
from lookalike.types import SPACE_KINDS, Content, Ids, Space, SpaceKind

_BYTES = """SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = ? AND relkind = 'r'"""


class PostgresStore(TableStore):
    """`Store` on PostgreSQL. Used from one thread; several programs write at once, and readers never wait for them."""

    def __init__(self, database: PostgresDatabase) -> None:
        super().__init__(database)
        self._postgres = database
        self._writing = False
        self._words = WordRows(database, self.records)
        self.words: WordKeeper = self._words

    @classmethod
    def create(cls, at: LocationLike) -> PostgresStore:
        """For writing; makes the library, or brings it to the newest format, where need be."""
        location = Location.of(at)
        create(location)
        return cls.open(location)

    @classmethod
    def open(cls, at: LocationLike, *, write: bool = True) -> PostgresStore:
        """The library there; raises `LibraryMissing`, `LibraryFormat` or `DatabaseRefused` where there is none."""
        location = Location.of(at)
        return cls(PostgresDatabase(location, connect(location, write=write), write=write))

    @classmethod
    def is_there(cls, at: Location) -> bool:
        """Whether the database holds a library, of whatever format."""
        with opened(at, write=False) as connection, errors_of(at):
            return format_of(connection) > 0

    @classmethod
    def remove_if_empty(cls, at: Location) -> None:
        """Removes the tables of one that holds nothing."""
        with closing(cls.open(at)) as store, store.writing(), store._postgres.transaction():
            if not (store.count() or store.spaces() or store.failures()):
                with store._postgres.statement() as connection:
                    connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(SCHEMA)))

    def close(self) -> None:
        """Ends the session."""
        self._postgres.close()

    def put_contents(self, contents: Sequence[Content]) -> Ids:
        """Adds what is new; ids in the order given. Other writers of these wait until the transaction ends."""
        with self._postgres.statement() as connection:
            lock_pictures(connection, {bytes.fromhex(content.sha256) for content in contents})
        return super().put_contents(contents)

    def add_space(self, space: Space, configuration: str, kind: SpaceKind = "vectors") -> None:
        """No effect when it is there already, or when another program adds it in this moment."""
        if space not in self.spaces(kind):
            with self._postgres.statement() as connection:
                lock_spaces(connection)
            super().add_space(space, configuration, kind)

    def generation(self, space: Space) -> int:  # noqa: ARG002  one counter serves all spaces
        """Grows with every change that an index of the space must follow, changes of records included."""
        return int(self._postgres.value("SELECT sum(value) FROM generation"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits on leaving, rolls back on an error. Only inside `writing()`."""
        if not self._writing:
            raise RuntimeError("a transaction needs the writer's lock: use it inside `with store.writing()`")
        with self._postgres.transaction():
            yield
            self._words.follow()

    @contextmanager
    def writing(self, *, together: bool = False) -> Iterator[None]:
        """Holds the writers' lock, alone or with others; raises `LibraryBusy` that names who is in the way."""
        if self._writing:
            raise RuntimeError("this store holds the writer's lock already")
        self._postgres.hold(together=together)
        self._writing = True
        try:
            yield
        finally:
            self._writing = False
            self._postgres.let_go()

    def bytes(self) -> int:
        """Bytes of the tables and their indexes on the server."""
        return int(self._postgres.value(_BYTES, [SCHEMA]))

    def problems(self) -> list[str]:
        """Sentences on all that a full check finds wrong; empty when all is well."""
        return problems(self._postgres)

    def remove_damaged(self) -> list[str]:
        """Removes damaged rows, which then count as missing; the paths of files that are to be read again."""
        with self.transaction():
            return remove_damaged(self._postgres)

    def compact(self) -> None:
        """Drops contents without a record, and all that is known of them; the server then reuses their room."""
        tables = [f"vectors_{self._number(space)}" for kind in SPACE_KINDS for space in self.spaces(kind)]
        with self.transaction():
            drop_unused(self._postgres, tables)
        for table in (*tables, "contents", "frames", "relations", "records"):
            self._postgres.outside(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))

    def _make_table(self, number: int, space: Space, kind: SpaceKind) -> None:
        with self._postgres.statement() as connection:
            connection.execute(vectors_table(number, type_of(space, kind)))

    def _put_rows(self, number: int, rows: Sequence[tuple[int, int, Row]]) -> None:
        last = {row[0]: row for row in rows}  # of equal ids
        table, ids = f"vectors_{number}", list(last)
        with self._postgres.statement() as connection:
            lock_contents(connection, ids)
        self._postgres.note(f"DELETE FROM {table} WHERE content = ANY(?)", [(ids,)])
        with self._postgres.statement(changes=len(last)) as connection:
            copy_rows(connection, table, self._type(number), last.values())

    def _kept_rows(self, number: int, ids: Ids | None, batch: int) -> Iterator[list[tuple[int, int, Row]]]:
        """Each batch is a question of its own: none holds the server up, or fills it with what waits."""
        text = f"SELECT content, checksum, vector FROM vectors_{number} WHERE"
        if ids is not None:
            wanted = iter(np.unique(ids).tolist())
            while chosen := list(islice(wanted, batch)):
                rows = self._postgres.packed(f"{text} content = ANY(?) ORDER BY content", [chosen])
                if rows:
                    yield rows
            return
        last = -1
        while rows := self._postgres.packed(f"{text} content > ? ORDER BY content LIMIT {batch}", [last]):
            yield rows
            last = rows[-1][0]

    def _type(self, number: int) -> str:
        """Type of the rows of a space, as it is in its table."""
        text = "SELECT atttypid::regtype::text FROM pg_attribute WHERE attrelid = ?::regclass AND attname = 'vector'"
        return str(self._postgres.value(text, [f"vectors_{number}"]))
