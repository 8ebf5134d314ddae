"""The truth about a library in one SQLite file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from lookalike.errors import LibraryDamaged
from lookalike.keepers import WordKeeper
from lookalike.location import Location, LocationLike
from lookalike.store.codes import errors_of
from lookalike.store.connection import FILE, bytes_of, connect, create
from lookalike.store.lock import writer_lock
from lookalike.store.packing import Packed as Row
from lookalike.store.schema import ids_index, vectors_table
from lookalike.store.sqlite_database import SQLiteDatabase
from lookalike.store.tables import TableStore
from lookalike.store.unused import drop_unused
from lookalike.store.word_table import WordTable
from lookalike.types import SPACE_KINDS, Ids, Space, SpaceKind


class SQLiteStore(TableStore):
    """`Store` on SQLite in WAL mode. Used from one thread; other processes read while one writes."""

    def __init__(self, database: SQLiteDatabase) -> None:
        super().__init__(database)
        self._sqlite = database
        self._writing = False
        self._words = WordTable(database, self.records)
        self.words: WordKeeper = self._words

    @classmethod
    def create(cls, at: LocationLike) -> SQLiteStore:
        """For writing; makes the library, or brings it to the newest format, where need be."""
        folder = Location.of(at).folder
        folder.mkdir(parents=True, exist_ok=True)
        with writer_lock(folder):
            create(folder)
        return cls.open(at)

    @classmethod
    def open(cls, at: LocationLike, *, write: bool = True) -> SQLiteStore:
        """The library there; raises `LibraryMissing`, `LibraryDamaged` or `LibraryFormat` where there is none."""
        folder = Location.of(at).folder
        return cls(SQLiteDatabase(folder, connect(folder, write=write)))

    @classmethod
    def is_there(cls, at: Location) -> bool:
        """Whether there is a database, of whatever format."""
        return (at.folder / FILE).exists()

    @classmethod
    def remove_if_empty(cls, at: Location) -> None:
        """Removes the database and its lock where it holds nothing."""
        with writer_lock(at.folder):
            with closing(cls.open(at, write=False)) as store:
                if store.count() or store.spaces() or store.failures():
                    return
            for file in at.folder.glob(f"{FILE}*"):
                file.unlink()
        (at.folder / "library.lock").unlink(missing_ok=True)

    def close(self) -> None:
        """Lets go of the file."""
        self._sqlite.connection.close()

    def generation(self, space: Space) -> int:  # noqa: ARG002  one counter serves all spaces
        """Grows with every change that an index of the space must follow, changes of records included."""
        return int(self._sqlite.value("SELECT value FROM generation"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits on leaving, rolls back on an error. Only inside `writing()`."""
        if not self._writing:
            raise RuntimeError("a transaction needs the writer's lock: use it inside `with store.writing()`")
        with self._sqlite.transaction():
            yield
            self._words.follow()

    @contextmanager
    def writing(self, *, together: bool = False) -> Iterator[None]:  # noqa: ARG002  there is one lock
        """Holds the one writer's lock; raises `LibraryBusy`, naming the holder, when another has it."""
        if self._writing:
            raise RuntimeError("this store holds the writer's lock already")
        with writer_lock(self._sqlite.folder):
            self._writing = True
            try:
                yield
            finally:
                self._writing = False

    def bytes(self) -> int:
        """Bytes of the database and its log."""
        return bytes_of(self._sqlite.folder)

    def problems(self) -> list[str]:
        """Sentences on all that a full check finds wrong; empty when all is well."""
        from lookalike.store.check import damages

        try:
            with errors_of(self._sqlite.folder):
                return list(dict.fromkeys(damage.sentence for damage in damages(self._sqlite.connection)))
        except LibraryDamaged as error:  # so much so that not even its tables can be listed
            return [str(error)]

    def remove_damaged(self) -> list[str]:
        """Removes damaged rows, which then count as missing; the paths of files that are to be read again."""
        from lookalike.store.check import remove_damaged

        with self.transaction():
            self._words.mend()
            return remove_damaged(self._sqlite.connection)

    def compact(self) -> None:
        """Drops contents without a record, all that is known of them, and free space."""
        tables = [f"vectors_{self._number(space)}" for kind in SPACE_KINDS for space in self.spaces(kind)]
        with self.transaction():
            drop_unused(self._sqlite, tables)
        self._sqlite.shrink()

    def _make_table(self, number: int, space: Space, kind: SpaceKind) -> None:  # noqa: ARG002  bytes are bytes
        self._sqlite.change(vectors_table(number))
        self._sqlite.change(ids_index(number))

    def _put_rows(self, number: int, rows: Sequence[tuple[int, int, Row]]) -> None:
        self._sqlite.change(
            f"INSERT OR REPLACE INTO vectors_{number} (content, checksum, vector) VALUES (?, ?, ?)", rows
        )

    def _kept_rows(self, number: int, ids: Ids | None, batch: int) -> Iterator[list[tuple[int, int, Row]]]:
        condition, values = ("TRUE", []) if ids is None else self._sqlite.among("content", ids)
        text = f"SELECT content, checksum, vector FROM vectors_{number} WHERE {condition} ORDER BY content"
        yield from self._sqlite.batches(text, values, batch)
