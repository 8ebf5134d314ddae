"""A store on the tables of a database, whichever: SQL that SQLite and PostgreSQL share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.keepers import FactKeeper, LabelKeeper, LessonKeeper, Listed, ObjectKeeper
from lookalike.store import checksum
from lookalike.store.database import Database
from lookalike.store.facts import FactTable
from lookalike.store.labels import LabelTable
from lookalike.store.lessons import LessonTable
from lookalike.store.objects import ObjectTable
from lookalike.store.packing import Packed, as_kept
from lookalike.store.pairs import detail_of, pair_of
from lookalike.store.paths import below, stored
from lookalike.store.paths import text as path_of
from lookalike.store.record_rows import SOURCES, filtered, records_of
from lookalike.store.rows import (
    check_vectors,
    checked,
    columns_of,
    content_of,
    content_row,
    failure_of,
    failure_row,
    frames_of,
    local_checked,
    packed_checked,
    stamp_of,
    stamp_row,
    stranger,
    unknown,
    vectors_of,
    with_checksum,
)
from lookalike.types import (
    Content,
    Failure,
    Ids,
    LocalFeatures,
    Record,
    Space,
    SpaceKind,
    Stamp,
    Vectors,
    VerifiedPair,
)

_FAILURE = f"SELECT {columns_of('failures')} FROM failures"
LOCAL_BATCH = 64
"""Pictures whose local features are read at once: some 50 kB each."""


class TableStore(ABC):
    """`Store` on a `Database`, but for what each kind of database does its own way."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._labels = LabelTable(database)
        self._objects = ObjectTable(database)
        self.facts: FactKeeper = FactTable(database)
        self.labels: LabelKeeper = self._labels
        self.lessons: LessonKeeper = LessonTable(database)
        self.objects: ObjectKeeper = self._objects

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """Commits on leaving, rolls back on an error. Only inside `writing()`."""

    @abstractmethod
    def _make_table(self, number: int, space: Space, kind: SpaceKind) -> None:
        """Table vectors_NUMBER of a space: a content, its checksum (`checksum.of_bytes`), and its row as bytes."""

    @abstractmethod
    def _put_rows(self, number: int, rows: Sequence[tuple[int, int, Packed]]) -> None:
        """Puts rows of content, checksum, bytes into the table of a space, in place of those that are there."""

    @abstractmethod
    def _kept_rows(self, number: int, ids: Ids | None, batch: int) -> Iterator[list[tuple[int, int, bytes]]]:
        """Rows of content, checksum, bytes, by content; with `ids`, those of them that are there."""

    def stamps(self, under: Sequence[str]) -> dict[str, Stamp]:
        """Stamp of every known file, failed ones included, that is one of these paths or lies below one."""
        found: dict[str, Stamp] = {}
        for table in ("failures", "records"):
            for condition, values in map(below, under):
                text = f"SELECT path, bytes, mtime_ns, inode, device FROM {table} WHERE {condition}"
                rows = self._database.rows(f"{text} AND bytes IS NOT NULL", values)
                found |= {path_of(path): stamp_of(stamp) for path, *stamp in rows}
        return found

    def put_records(self, rows: Sequence[tuple[str, Stamp, str]]) -> None:
        """Adds or replaces (path, stamp, sha256 of a known content); clears a failure of the path."""
        self._database.change("DELETE FROM failures WHERE path = ?", [(stored(path),) for path, _, _ in rows])
        ids = self._ids_of({sha256 for _, _, sha256 in rows})
        for keeper in (self._labels, self._objects):
            keeper.carry((path, sha256) for path, _, sha256 in rows)
        self._database.put("records", [(stored(path), *stamp_row(stamp), ids[sha256]) for path, stamp, sha256 in rows])

    def drop_records(self, paths: Sequence[str]) -> None:
        """Drops files and failures of these paths. Contents and vectors stay until `compact`."""
        rows = [(stored(path),) for path in paths]
        self._database.change("DELETE FROM records WHERE path = ?", rows)
        self._database.change("DELETE FROM failures WHERE path = ?", rows)

    def records(self, ids: Ids | None = None, where: str | None = None) -> Iterator[Record]:
        """By id, then path."""
        return records_of(self._database, ids, where)

    def listed(self, where: str | None = None) -> list[Listed]:
        """By id, then path."""
        conditions, values = filtered(self._database, where)
        text = (
            f"SELECT r.path, c.id, c.width, c.height {SOURCES} WHERE {' AND '.join(conditions)} ORDER BY c.id, r.path"
        )
        return [Listed(path_of(path), id, (w, h)) for path, id, w, h in self._database.rows(text, values)]

    def count(self) -> int:
        """Number of records."""
        return int(self._database.value("SELECT count(*) FROM records"))

    def count_contents(self) -> int:
        """Number of contents that have a record."""
        return int(self._database.value("SELECT count(DISTINCT content) FROM records"))

    def put_contents(self, contents: Sequence[Content]) -> Ids:
        """Adds what is new; ids in the order given."""
        self._database.put("contents", list(map(content_row, contents)), keeping=True)
        known = self.contents([content.sha256 for content in contents])
        self._count_frames(contents, known)
        return np.array([known[content.sha256][0] for content in contents], np.int64)

    def _count_frames(self, contents: Sequence[Content], known: Mapping[str, tuple[int, Content]]) -> None:
        """Where an older version did not."""
        for content in contents:
            id, there = known[content.sha256]
            if there.frames is None and content.frames is not None:
                checksum = with_checksum(content_row(replace(there, frames=content.frames)))[-1]
                text = "UPDATE contents SET frames = ?, checksum = ? WHERE id = ?"
                self._database.change(text, [(content.frames, checksum, id)])

    def contents(self, sha256s: Collection[str]) -> dict[str, tuple[int, Content]]:
        """Contents that are known, with their ids."""
        text = f"SELECT id, {columns_of('contents')} FROM contents WHERE sha256 = ?"
        rows = self._database.each(text, map(bytes.fromhex, sha256s))
        found = ((id, content_of(checked("contents", row))) for id, *row in rows)
        return {content.sha256: (id, content) for id, content in found}

    def ids(self, where: str | None = None) -> Ids:
        """Ascending ids of contents that have a record (which passes `where`)."""
        if where is None:
            return self._database.ids("SELECT DISTINCT content FROM records ORDER BY content")
        conditions, values = filtered(self._database, where)
        text = f"SELECT DISTINCT c.id {SOURCES} WHERE {' AND '.join(conditions)} ORDER BY c.id"
        return self._database.ids(text, values)

    def spaces(self, kind: SpaceKind = "vectors") -> list[Space]:
        """Spaces of that kind, in the order in which they were added."""
        rows = self._database.rows(f"SELECT {columns_of('spaces')} FROM spaces ORDER BY number")
        spaces = [checked("spaces", row) for row in rows]
        return [Space(*space) for *space, _, held in spaces if held == kind]

    def configuration(self, space: Space) -> str:
        """The JSON of the component that `add_space` was given."""
        return str(self._database.value("SELECT configuration FROM spaces WHERE number = ?", [self._number(space)]))

    def add_space(self, space: Space, configuration: str, kind: SpaceKind = "vectors") -> None:
        """No effect when it is there already."""
        if space not in self.spaces(kind):
            row = (space.name, space.digest, space.dim, space.metric, configuration, kind)
            self._database.put("spaces", [row])
            self._make_table(self._number(space), space, kind)

    def drop_space(self, space: Space) -> None:
        """With all its vectors or local features."""
        number = self._number(space)
        self._database.change(f"DROP TABLE vectors_{number}")
        self._database.change("DELETE FROM frames WHERE space = ?", [(number,)])
        self._database.change("DELETE FROM spaces WHERE number = ?", [(number,)])

    def missing(self, space: Space) -> Ids:
        """Ascending ids of contents with a record and without a vector, or local features, there."""
        number = self._number(space)
        return self._database.ids(
            f"SELECT content FROM records EXCEPT SELECT content FROM vectors_{number} ORDER BY content"
        )

    def put(self, space: Space, ids: Ids, vectors: Vectors) -> None:
        """Adds or replaces rows of known contents."""
        check_vectors(space, ids, vectors)
        rows = np.ascontiguousarray(vectors)
        checksums = checksum.of_rows(ids, rows.view(np.uint8)).tolist()
        self._put_rows(self._number(space), list(zip(ids.tolist(), checksums, map(bytes, rows), strict=True)))

    def put_frames(self, space: Space, id: int, numbers: Sequence[int], vectors: Vectors) -> None:
        """Adds or replaces rows of further frames of a known content, by their numbers from 0."""
        check_vectors(space, np.asarray(numbers, np.int64), vectors)
        own = self._number(space)
        rows = [(own, id, number, row.tobytes()) for number, row in zip(numbers, vectors, strict=True)]
        self._database.put("frames", rows)

    def frames(self, space: Space, *, batch: int = 512) -> Iterator[tuple[Ids, NDArray[np.int64], Vectors]]:
        """Batches of further frames of contents with a record: ids, numbers from 0, rows; by id, then number."""
        text = f"""SELECT {columns_of("frames", "f")} FROM frames f WHERE space = ?
                   AND EXISTS (SELECT 1 FROM records r WHERE r.content = f.content) ORDER BY content, number"""
        for rows in self._database.batches(text, [self._number(space)], batch):
            yield frames_of(space, rows)

    def put_local(self, space: Space, features: Mapping[int, LocalFeatures | Packed]) -> None:
        """Adds or replaces the local features of known contents, as `store.packing` keeps them, packed or not."""
        kept = [(id, as_kept(each, space)) for id, each in features.items()]
        self._put_rows(self._number(space), [(id, checksum.of_bytes(id, row), row) for id, row in kept])

    def vectors(self, space: Space, ids: Ids | None = None, *, batch: int = 512) -> Iterator[tuple[Ids, Vectors]]:
        """Batches of rows, by ascending id; with `ids`, those of them that have a vector."""
        for rows in self._kept_rows(self._number(space), ids, batch):
            yield vectors_of(space, rows)

    def local(self, space: Space, ids: Ids | None = None) -> Iterator[tuple[int, LocalFeatures]]:
        """By ascending id; with `ids`, of those of them that have some."""
        for rows in self._kept_rows(self._number(space), ids, LOCAL_BATCH):
            for row in rows:
                yield local_checked(space, row)

    def packed(self, space: Space, ids: Ids | None = None) -> Iterator[tuple[int, bytes]]:
        """As `local`, in the bytes that are kept and that `put_local` takes."""
        for rows in self._kept_rows(self._number(space), ids, LOCAL_BATCH):
            for row in rows:
                yield packed_checked(space, row)

    def vector_ids(self, space: Space) -> Ids:
        """Ascending ids of contents with a record and a vector, or local features, there: what an index should hold."""
        return self._database.ids(
            f"""SELECT v.content FROM vectors_{self._number(space)} v
                WHERE EXISTS (SELECT 1 FROM records r WHERE r.content = v.content) ORDER BY v.content"""
        )

    def put_failures(self, failures: Sequence[Failure]) -> None:
        """Remembers them, one a path; drops the path's record."""
        self._database.change("DELETE FROM records WHERE path = ?", [(stored(each.path),) for each in failures])
        self._database.put("failures", list(map(failure_row, failures)))

    def failures(self, under: Sequence[str] | None = None) -> list[Failure]:
        """By path; with `under`, of files that are one of these paths or lie below one."""
        if under is None:
            return [_failure(row) for row in self._database.rows(f"{_FAILURE} ORDER BY path")]
        found = {
            row[0]: _failure(row)
            for condition, values in map(below, under)
            for row in self._database.rows(f"{_FAILURE} WHERE {condition}", values)
        }
        return [found[path] for path in sorted(found)]

    def failed_contents(self, sha256s: Collection[str]) -> dict[str, Failure]:
        """By sha256, of those bytes that are known to give no picture, any failure that says so."""
        text = f"{_FAILURE} WHERE sha256 = ? LIMIT 1"
        found = map(_failure, self._database.each(text, map(bytes.fromhex, sha256s)))
        return {failure.sha256: failure for failure in found if failure.sha256 is not None}

    def put_calibration(self, key: str, text: str) -> None:
        """Adds or replaces it; no index need follow."""
        self._database.put("calibrations", [(key, text)], noted=True)

    def calibration(self, key: str) -> str | None:
        """Text that was put under `key`, or None."""
        text = f"SELECT {columns_of('calibrations')} FROM calibrations WHERE key = ?"
        rows = [checked("calibrations", row) for row in self._database.rows(text, [key])]
        return str(rows[0][1]) if rows else None

    def calibrations(self) -> dict[str, str]:
        """Every text, by its key."""
        rows = self._database.rows(f"SELECT {columns_of('calibrations')} FROM calibrations ORDER BY key")
        return {str(key): str(text) for key, text in (checked("calibrations", row) for row in rows)}

    def put_relations(self, judge: str, compared: Ids, relations: Sequence[VerifiedPair]) -> None:
        """Notes that `judge` compared these contents with all others, and what it found; no index need follow."""
        self._database.put("compared", [(judge, id) for id in compared.tolist()], noted=True)
        rows = [(judge, each.a, each.b, each.relation, float(each.score), detail_of(each)) for each in relations]
        self._database.put("relations", rows, noted=True)

    def judges(self) -> list[str]:
        """Who compared something, by name."""
        found = self._database.rows("SELECT judge FROM compared UNION SELECT judge FROM relations ORDER BY judge")
        return [str(judge) for (judge,) in found]

    def compared(self, judge: str) -> Ids:
        """Ascending ids of contents with a record that `judge` compared with all others there were."""
        text = f"""SELECT {columns_of("compared", "c")} FROM compared c WHERE judge = ?
                   AND EXISTS (SELECT 1 FROM records r WHERE r.content = c.content) ORDER BY content"""
        rows = (checked("compared", row) for row in self._database.rows(text, [judge]))
        return np.fromiter((content for _, content in rows), np.int64)

    def relations(self, judge: str) -> list[VerifiedPair]:
        """Pairs that `judge` found, by a, then b."""
        text = f"SELECT {columns_of('relations')} FROM relations WHERE judge = ? ORDER BY a, b"
        return [pair_of(checked("relations", row)[1:]) for row in self._database.rows(text, [judge])]

    def _ids_of(self, sha256s: Collection[str]) -> dict[str, int]:
        text = "SELECT sha256, id FROM contents WHERE sha256 = ?"
        ids = {sha256.hex(): id for sha256, id in self._database.each(text, map(bytes.fromhex, sha256s))}
        if len(ids) < len(sha256s):
            raise stranger()
        return ids

    def _number(self, space: Space) -> int:
        text = "SELECT number FROM spaces WHERE name = ? AND digest = ? AND dim = ? AND metric = ?"
        rows = list(self._database.rows(text, (space.name, space.digest, space.dim, space.metric)))
        if not rows:
            raise unknown(space, self.spaces())
        return int(rows[0][0])


def _failure(row: Sequence[Any]) -> Failure:
    return failure_of(checked("failures", row))
