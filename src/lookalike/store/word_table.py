"""Words of pictures in a full-text table of SQLite, which follows what they are made of and can be made anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import groupby

import numpy as np

from lookalike.errors import LibraryDamaged
from lookalike.store.plain_words import PlainWords
from lookalike.store.sqlite_database import SQLiteDatabase
from lookalike.store.words import FIELDS, WEIGHTS, document
from lookalike.types import Hits, Ids, Record

_MAKE = f"CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 ({', '.join(FIELDS)}, tokenize = 'ascii')"
"""Tokens come as they are: `ascii` parts at spaces and leaves every letter beyond ASCII alone."""
_BM25 = f"bm25(words, {', '.join(str(WEIGHTS[field]) for field in FIELDS)})"
_PUT = f"INSERT INTO words (rowid, {', '.join(FIELDS)}) VALUES (?{', ?' * len(FIELDS)})"
_AT_ONCE = 4096


class WordTable:
    """`WordKeeper` on FTS5. Where SQLite has none, or the table is behind or damaged, pictures are looked through."""

    def __init__(self, database: SQLiteDatabase, records: Callable[[Ids | None], Iterable[Record]]) -> None:
        self._database = database
        self._records = records

    def holding(self, phrase: Sequence[str], *, prefix: bool = False) -> Hits:
        """Contents that hold these tokens side by side, by BM25; with `prefix` the last one may go on."""
        if self._is_there() and not self._behind(1):
            with suppress(LibraryDamaged):  # of what is derived: costs time, never an answer
                return self._found(f'"{" ".join(phrase)}"{"*" if prefix else ""}')
        return PlainWords(lambda: self._records(None)).holding(phrase, prefix=prefix)

    def _found(self, asked: str) -> Hits:
        rows = list(self._database.rows(f"SELECT rowid, -{_BM25} FROM words WHERE words MATCH ?", [asked]))
        ids, scores = np.array([id for id, _ in rows], np.int64), np.array([score for _, score in rows], np.float32)
        return Hits.ranked(ids, scores)

    def follow(self) -> None:
        """Puts in the words of all contents that changed; in a transaction of the caller's."""
        if not self._behind(1) or not self._made():
            return
        while ids := self._behind(_AT_ONCE):
            self._database.note("DELETE FROM words WHERE rowid = ?", [[id] for id in ids])
            self._database.note("DELETE FROM unworded WHERE content = ?", [[id] for id in ids])
            grouped = groupby(self._records(np.array(ids, np.int64)), lambda record: record.id)
            documents = {id: document(list(records)) for id, records in grouped}
            rows = [[id, *(" ".join(each[field]) for field in FIELDS)] for id, each in documents.items()]
            self._database.note(_PUT, rows)

    def mend(self) -> None:
        """Has the words put in again where the table does not agree with itself; in a transaction of the caller's."""
        try:
            if self._is_there():
                self._database.note("INSERT INTO words (words) VALUES ('integrity-check')", [()])
        except LibraryDamaged:
            forget_words(self._database.connection)

    def _behind(self, most: int) -> list[int]:
        rows = self._database.rows("SELECT content FROM unworded ORDER BY content LIMIT ?", [most])
        return [int(content) for (content,) in rows]

    def _is_there(self) -> bool:
        there = self._database.value("SELECT count(*) FROM sqlite_master WHERE name = 'words'")
        return bool(there) and _has_fts5(self._database.connection)

    def _made(self) -> bool:
        """Whether there is a table by now."""
        if not self._is_there() and _has_fts5(self._database.connection):
            self._database.note(_MAKE, [()])
        return self._is_there()


def forget_words(connection: sqlite3.Connection) -> None:
    """Has all words put in again; in a transaction of the caller's."""
    with suppress(sqlite3.OperationalError):  # a SQLite without FTS5 cannot drop it, nor read it
        connection.execute("DROP TABLE IF EXISTS words")
    connection.execute("INSERT OR IGNORE INTO unworded SELECT DISTINCT content FROM records")


def _has_fts5(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'").fetchone()[0])
