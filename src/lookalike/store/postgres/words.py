"""Words of pictures in a table of the server, which follows what they are made of and can be made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Final

import numpy as np

from lookalike.store.plain_words import Held, ranked
from lookalike.store.postgres.columns import plain
from lookalike.store.postgres.database import PostgresDatabase
from lookalike.store.words import FIELDS, Field, document
from lookalike.types import Hits, Ids, Record

_AT_ONCE: Final = 1024
_LONGEST: Final = 500
"""Letters of a word by which it is looked up; PostgreSQL takes some more."""
_COLUMNS: Final = ", ".join(FIELDS)
_PUT: Final = f"""INSERT INTO words (content, length, {_COLUMNS}, tokens)
                  VALUES (?, ?{", ?" * len(FIELDS)}, array_to_tsvector(?::text[]))"""


class WordRows:
    """`WordKeeper` on rows of tokens: the server finds who holds them all, and here it is seen who has them in turn."""

    def __init__(self, database: PostgresDatabase, records: Callable[[Ids | None], Iterable[Record]]) -> None:
        self._database = database
        self._records = records

    def holding(self, phrase: Sequence[str], *, prefix: bool = False) -> Hits:
        """Contents that hold these tokens side by side, by BM25; with `prefix` the last one may go on."""
        wanted = [plain(token) for token in phrase]
        text = f"SELECT content, length, {_COLUMNS} FROM words WHERE tokens @@ ?::tsquery ORDER BY content"
        held = [
            Held.of(id, length, dict(zip(FIELDS, map(str.split, fields), strict=True)), wanted, prefix=prefix)
            for id, length, *fields in self._database.rows(text, [_query(wanted, prefix=prefix)])
        ]
        ((contents, words),) = self._database.rows("SELECT count(*), coalesce(sum(length), 0)::bigint FROM words")
        return ranked(held, contents, words)

    def follow(self) -> None:
        """Puts in the words of all contents that changed; in a transaction of the caller's."""
        behind = f"SELECT content FROM unworded ORDER BY content LIMIT {_AT_ONCE}"
        while ids := [content for (content,) in self._database.rows(behind)]:
            for table in ("words", "unworded"):
                self._database.note(f"DELETE FROM {table} WHERE content = ANY(?)", [(ids,)])
            grouped = groupby(self._records(np.array(ids, np.int64)), lambda record: record.id)
            self._database.note(_PUT, [_row(id, document(list(records))) for id, records in grouped])


def _row(id: int, fields: dict[Field, list[str]]) -> tuple[object, ...]:
    tokens = {token[:_LONGEST] for each in fields.values() for token in map(plain, each)}
    texts = (plain(" ".join(fields[field])) for field in FIELDS)
    return (id, sum(map(len, fields.values())), *texts, sorted(tokens))


def _query(tokens: Sequence[str], *, prefix: bool) -> str:
    """A `tsquery` of all these tokens; the last one may go on."""
    quoted = ["'" + token[:_LONGEST].replace("\\", "\\\\").replace("'", "''") + "'" for token in tokens]
    return " & ".join(quoted) + (":*" if prefix else "")
