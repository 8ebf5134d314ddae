"""The truth about a library in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.errors import BadQuery, LibraryDamaged
from lookalike.store import paths
from lookalike.store.connection import FILE, connect, create, errors_of
from lookalike.store.lock import writer_lock
from lookalike.store.rows import check_vectors, content_of, failure_of, record_of, stamp_of, unknown
from lookalike.store.schema import vectors_table
from lookalike.store.where import parse
from lookalike.store.where_sql import sql
from lookalike.types import Content, Failure, Ids, Record, Space, Stamp, Vectors

_RECORD = """
    SELECT r.path, r.bytes, r.mtime_ns, r.inode, r.device,
           c.id, c.sha256, c.bytes, c.width, c.height, c.format, c.taken, c.flags
    FROM records r JOIN contents c ON c.id = r.content
"""
_FAILURE = "SELECT path, reason, detail, sha256, bytes, mtime_ns, inode, device FROM failures"
_AMONG = "IN (SELECT value FROM json_each(?))"


class SQLiteStore:
    """`Store` on SQLite in WAL mode. Used from one thread; other processes read while one writes."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self._folder = folder
        self._connection = connection
        self._writing = False

    @classmethod
    def create(cls, folder: Path) -> SQLiteStore:
        """For writing; makes the library, or brings it to the newest format, where need be."""
        folder.mkdir(parents=True, exist_ok=True)
        with writer_lock(folder):
            create(folder)
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path, *, write: bool = True) -> SQLiteStore:
        """The library there; raises `LibraryMissing`, `LibraryDamaged` or `LibraryFormat` where there is none."""
        return cls(folder, connect(folder, write=write))

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    # records

    def stamps(self, under: Sequence[str]) -> dict[str, Stamp]:
        """Stamp of every known file, failed ones included, that is one of these paths or lies below one."""
        found: dict[str, Stamp] = {}
        for table in ("failures", "records"):
            for condition, values in map(paths.below, under):
                text = (
                    f"SELECT path, bytes, mtime_ns, inode, device FROM {table} WHERE bytes IS NOT NULL AND {condition}"
                )
                found |= {paths.text(path): Stamp(*stamp) for path, *stamp in self._rows(text, values)}
        return found

    def put_records(self, rows: Sequence[tuple[str, Stamp, str]]) -> None:
        """Adds or replaces (path, stamp, sha256 of a known content); clears a failure of the path."""
        self._change("DELETE FROM failures WHERE path = ?", [(paths.stored(path),) for path, _, _ in rows])
        self._change(
            """INSERT OR REPLACE INTO records (path, bytes, mtime_ns, inode, device, content)
               VALUES (?, ?, ?, ?, ?, (SELECT id FROM contents WHERE sha256 = ?))""",
            [
                (paths.stored(path), stamp.bytes, stamp.mtime_ns, stamp.inode, stamp.device, bytes.fromhex(sha256))
                for path, stamp, sha256 in rows
            ],
        )

    def drop_records(self, paths_: Sequence[str]) -> None:
        """Drops files and failures of these paths. Contents and vectors stay until `compact`."""
        rows = [(paths.stored(path),) for path in paths_]
        self._change("DELETE FROM records WHERE path = ?", rows)
        self._change("DELETE FROM failures WHERE path = ?", rows)

    def records(self, ids: Ids | None = None, where: str | None = None) -> Iterator[Record]:
        """By id, then path."""
        conditions, values = _filtered(where)
        if ids is not None:
            conditions, values = [*conditions, f"c.id {_AMONG}"], [*values, _json(ids)]
        text = f"{_RECORD} WHERE {' AND '.join(conditions)} ORDER BY c.id, r.path"
        for row in self._rows(text, values):
            yield record_of(row)

    def count(self) -> int:
        """Number of records."""
        return int(self._value("SELECT count(*) FROM records"))

    # contents

    def put_contents(self, contents: Sequence[Content]) -> Ids:
        """Adds what is new; ids in the order given."""
        self._change(
            """INSERT OR IGNORE INTO contents (sha256, bytes, width, height, format, taken, flags)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            [
                (bytes.fromhex(c.sha256), c.bytes, *c.size, c.format, c.taken, json.dumps(list(c.flags)))
                for c in contents
            ],
        )
        known = self.contents([content.sha256 for content in contents])
        return np.array([known[content.sha256][0] for content in contents], np.int64)

    def contents(self, sha256s: Collection[str]) -> dict[str, tuple[int, Content]]:
        """Those that are known, with their ids."""
        found: dict[str, tuple[int, Content]] = {}
        for sha256 in sha256s:
            text = "SELECT id, sha256, bytes, width, height, format, taken, flags FROM contents WHERE sha256 = ?"
            for id, *row in self._rows(text, [bytes.fromhex(sha256)]):
                found[sha256] = (id, content_of(row))
        return found

    def ids(self, where: str | None = None) -> Ids:
        """Ascending ids of contents that have a record (which passes `where`)."""
        if where is None:
            return self._ids("SELECT DISTINCT content FROM records ORDER BY content")
        conditions, values = _filtered(where)
        text = "SELECT DISTINCT c.id FROM records r JOIN contents c ON c.id = r.content"
        return self._ids(f"{text} WHERE {' AND '.join(conditions)} ORDER BY c.id", values)

    # vectors

    def spaces(self) -> list[Space]:
        """In the order in which they were added."""
        return [Space(*row) for row in self._rows("SELECT name, digest, dim, metric FROM spaces ORDER BY number")]

    def configuration(self, space: Space) -> str:
        """The JSON of the component that `add_space` was given."""
        return str(self._value("SELECT configuration FROM spaces WHERE number = ?", [self._number(space)]))

    def add_space(self, space: Space, configuration: str) -> None:
        """No effect when it is there already."""
        if space in self.spaces():
            return
        row = (space.name, space.digest, space.dim, space.metric, configuration)
        self._change("INSERT INTO spaces (name, digest, dim, metric, configuration) VALUES (?, ?, ?, ?, ?)", [row])
        self._change(vectors_table(self._number(space)), [()])

    def drop_space(self, space: Space) -> None:
        """With all its vectors."""
        number = self._number(space)
        self._change(f"DROP TABLE vectors_{number}", [()])
        self._change("DELETE FROM spaces WHERE number = ?", [(number,)])

    def missing(self, space: Space) -> Ids:
        """Ascending ids of contents with a record and without a vector there."""
        number = self._number(space)
        return self._ids(
            f"""SELECT DISTINCT content FROM records r
                WHERE NOT EXISTS (SELECT 1 FROM vectors_{number} v WHERE v.content = r.content) ORDER BY content"""
        )

    def put(self, space: Space, ids: Ids, vectors: Vectors) -> None:
        """Adds or replaces rows of known contents."""
        check_vectors(space, ids, vectors)
        rows = [(id, row.tobytes()) for id, row in zip(ids.tolist(), vectors, strict=True)]
        self._change(f"INSERT OR REPLACE INTO vectors_{self._number(space)} (content, vector) VALUES (?, ?)", rows)

    def vectors(self, space: Space, ids: Ids | None = None, *, batch: int = 4096) -> Iterator[tuple[Ids, Vectors]]:
        """Batches of rows, by ascending id; with `ids`, those of them that have a vector."""
        condition, values = ("1", []) if ids is None else (f"content {_AMONG}", [_json(ids)])
        text = f"SELECT content, vector FROM vectors_{self._number(space)} WHERE {condition} ORDER BY content"
        with errors_of(self._folder):
            cursor = self._connection.execute(text, values)
            while rows := cursor.fetchmany(batch):
                flat = np.frombuffer(b"".join(vector for _, vector in rows), space.dtype)
                yield np.array([id for id, _ in rows], np.int64), flat.reshape(len(rows), space.columns)

    def vector_ids(self, space: Space) -> Ids:
        """Ascending ids of contents with a record and a vector there: what an index should hold."""
        return self._ids(
            f"""SELECT v.content FROM vectors_{self._number(space)} v
                WHERE EXISTS (SELECT 1 FROM records r WHERE r.content = v.content) ORDER BY v.content"""
        )

    def generation(self, space: Space) -> int:  # noqa: ARG002  one counter serves all spaces
        """Grows with every change that an index of the space must follow, changes of records included."""
        return int(self._value("SELECT value FROM generation"))

    # failures

    def put_failures(self, failures: Sequence[Failure]) -> None:
        """Remembers them, one a path; drops the path's record."""
        self._change("DELETE FROM records WHERE path = ?", [(paths.stored(failure.path),) for failure in failures])
        self._change(
            """INSERT OR REPLACE INTO failures (path, reason, detail, sha256, bytes, mtime_ns, inode, device)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (
                    paths.stored(failure.path),
                    failure.reason,
                    failure.detail,
                    None if failure.sha256 is None else bytes.fromhex(failure.sha256),
                    *stamp_of(failure.stamp),
                )
                for failure in failures
            ],
        )

    def failures(self, under: Sequence[str] | None = None) -> list[Failure]:
        """By path; with `under`, of files that are one of these paths or lie below one."""
        if under is None:
            return [failure_of(row) for row in self._rows(f"{_FAILURE} ORDER BY path")]
        found = {
            row[0]: failure_of(row)
            for condition, values in map(paths.below, under)
            for row in self._rows(f"{_FAILURE} WHERE {condition}", values)
        }
        return [found[path] for path in sorted(found)]

    def failed_contents(self, sha256s: Collection[str]) -> dict[str, Failure]:
        """By sha256, of those bytes that are known to give no picture, any failure that says so."""
        text = (
            "SELECT path, reason, detail, sha256, bytes, mtime_ns, inode, device FROM failures WHERE sha256 = ? LIMIT 1"
        )
        return {sha256: failure_of(row) for sha256 in sha256s for row in self._rows(text, [bytes.fromhex(sha256)])}

    # the whole

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits on leaving, rolls back on an error. Only inside `writing()`."""
        if not self._writing:
            raise RuntimeError("a transaction needs the writer's lock: use it inside `with store.writing()`")
        with errors_of(self._folder):
            self._connection.execute("BEGIN IMMEDIATE")
            before = self._connection.total_changes
            try:
                yield
                if self._connection.total_changes != before:
                    self._connection.execute("UPDATE generation SET value = value + 1")
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has already rolled it back
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the one writer's lock; raises `LibraryBusy`, naming the holder, when another has it."""
        with writer_lock(self._folder):
            self._writing = True
            try:
                yield
            finally:
                self._writing = False

    def bytes(self) -> int:
        """Of the database and its log."""
        return sum(file.stat().st_size for file in self._folder.glob(f"{FILE}*"))

    def problems(self) -> list[str]:
        """What a full check finds wrong, in sentences; empty when all is well."""
        from lookalike.store.check import problems

        try:
            with errors_of(self._folder):
                return problems(self._connection, self.spaces())
        except LibraryDamaged as error:  # so much so that not even its tables can be listed
            return [str(error)]

    def compact(self) -> None:
        """Drops contents without a record, their vectors, and free space."""
        unused = "NOT EXISTS (SELECT 1 FROM records r WHERE r.content = {}.{})"
        with self.transaction():
            for space in self.spaces():
                table = f"vectors_{self._number(space)}"
                self._change(f"DELETE FROM {table} WHERE {unused.format(table, 'content')}", [()])
            self._change(f"DELETE FROM contents WHERE {unused.format('contents', 'id')}", [()])
        with errors_of(self._folder):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # statements

    def _number(self, space: Space) -> int:
        row = self._connection.execute(
            "SELECT number FROM spaces WHERE name = ? AND digest = ? AND dim = ? AND metric = ?",
            (space.name, space.digest, space.dim, space.metric),
        ).fetchone()
        if row is None:
            raise unknown(space, self.spaces())
        return int(row[0])

    def _rows(self, text: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        with errors_of(self._folder):
            yield from self._connection.execute(text, values)

    def _value(self, text: str, values: Sequence[Any] = ()) -> Any:
        (row,) = self._rows(text, values)
        return row[0]

    def _ids(self, text: str, values: Sequence[Any] = ()) -> Ids:
        return np.fromiter((row[0] for row in self._rows(text, values)), np.int64)

    def _change(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        if not self._connection.in_transaction:
            raise RuntimeError("writing needs a transaction: use it inside `with store.transaction()`")
        self._connection.executemany(text, rows)


def _filtered(where: str | None) -> tuple[list[str], list[Any]]:
    if where is None:
        return ["1"], []
    try:
        text, values = sql(parse(where).expression)
    except RecursionError as error:
        raise BadQuery("the filter is nested too deeply") from error
    return [text], list(values)


def _json(ids: Ids) -> str:
    return json.dumps(ids.tolist())
