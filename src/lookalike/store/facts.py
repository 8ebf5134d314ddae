"""Facts that were read of pictures, in a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from lookalike.facts import Facts, Place
from lookalike.store.database import Database
from lookalike.store.paths import below, stored
from lookalike.store.paths import text as path_of
from lookalike.store.record_rows import facts_of, facts_row
from lookalike.store.rows import checked, columns_of, stamp_of, stamp_row, stranger
from lookalike.store.schema import COLUMNS
from lookalike.types import Ids, Stamp

_AT_ONCE = 512
_PLACE = len(COLUMNS["facts"]) + 1
"""Where the columns of a place begin behind those of the facts."""


class FactTable:
    """`FactKeeper` on tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, facts: Mapping[str, tuple[Facts, Place | None]]) -> None:
        """Adds or replaces what was read, by the sha256 of known contents; no index need follow."""
        ids = self._ids(facts)
        said = {ids[sha256]: each for sha256, each in facts.items()}
        self._database.put("facts", [(id, *facts_row(told)) for id, (told, _) in said.items()], noted=True)
        self._database.note("DELETE FROM places WHERE content = ?", [(id,) for id in said])
        places = [(id, at.latitude, at.longitude, at.altitude) for id, (_, at) in said.items() if at is not None]
        self._database.put("places", places, noted=True)

    def missing(self) -> Ids:
        """Ascending ids of contents with a record whose facts were never read."""
        return self._database.ids(
            """SELECT DISTINCT content FROM records r
               WHERE NOT EXISTS (SELECT 1 FROM facts f WHERE f.content = r.content) ORDER BY content"""
        )

    def put_sidecars(self, sidecars: Mapping[str, tuple[Stamp, Facts]]) -> None:
        """Adds or replaces what sidecars say, by the path of the picture."""
        rows = [(stored(path), *stamp_row(stamp), *facts_row(facts)) for path, (stamp, facts) in sidecars.items()]
        self._database.put("sidecars", rows, noted=True)

    def drop_sidecars(self, paths: Iterable[str]) -> None:
        """Forgets the sidecars of pictures at these paths."""
        self._database.note("DELETE FROM sidecars WHERE path = ?", [(stored(path),) for path in paths])

    def move_sidecars(self, paths: Iterable[tuple[str, str]]) -> None:
        """Sidecars of pictures at the first path of each pair are those of the second."""
        for old, new in paths:
            text = f"SELECT {columns_of('sidecars')} FROM sidecars WHERE path = ?"
            for row in list(self._database.rows(text, [stored(old)])):
                _, *others = checked("sidecars", row)
                self.drop_sidecars([old])
                self._database.put("sidecars", [(stored(new), *others)], noted=True)

    def sidecars(self, under: Sequence[str]) -> dict[str, Stamp]:
        """Stamp of the sidecar of each picture that is one of these paths or lies below one, and has one."""
        found: dict[str, Stamp] = {}
        for condition, values in map(below, under):
            text = f"SELECT path, bytes, mtime_ns, inode, device FROM sidecars WHERE {condition}"
            found |= {path_of(path): stamp_of(stamp) for path, *stamp in self._database.rows(text, values)}
        return found

    def place(self, sha256: str) -> Place | None:
        """Where it was taken, as its file says."""
        text = f"SELECT {columns_of('places', 'p')} FROM places p JOIN contents c ON c.id = p.content WHERE sha256 = ?"
        for row in self._database.rows(text, [bytes.fromhex(sha256)]):
            return Place(*checked("places", row)[1:])
        return None

    def of_contents(self) -> Iterator[tuple[str, Facts, Place | None]]:
        """Facts that were put, with the sha256 of the content, by the content's id."""
        text = f"""SELECT c.sha256, {columns_of("facts", "f")}, {columns_of("places", "p")}
                   FROM facts f JOIN contents c ON c.id = f.content LEFT JOIN places p ON p.content = f.content
                   ORDER BY f.content"""
        for rows in self._database.batches(text, (), _AT_ONCE):
            for sha256, *row in rows:
                inside, at = row[:_PLACE], row[_PLACE:]
                place = None if at[0] is None else Place(*checked("places", at)[1:])
                yield sha256.hex(), facts_of(checked("facts", inside)[1:]), place

    def of_sidecars(self) -> Iterator[tuple[str, Stamp, Facts]]:
        """Facts that were put of sidecars, by path."""
        text = f"SELECT {columns_of('sidecars')} FROM sidecars ORDER BY path"
        for rows in self._database.batches(text, (), _AT_ONCE):
            for path, *row in (checked("sidecars", each) for each in rows):
                yield path_of(path), stamp_of(row[:4]), facts_of(row[4:])

    def _ids(self, sha256s: Collection[str]) -> dict[str, int]:
        text = "SELECT sha256, id FROM contents WHERE sha256 = ?"
        ids = {sha256.hex(): id for sha256, id in self._database.each(text, map(bytes.fromhex, sha256s))}
        if len(ids) < len(sha256s):
            raise stranger()
        return ids
