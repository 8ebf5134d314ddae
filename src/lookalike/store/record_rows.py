"""Records in a database, with the facts and labels of their pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from lookalike.facts import UNKNOWN, Facts, Label
from lookalike.store.database import Database
from lookalike.store.rows import checked, columns_of, record_of
from lookalike.store.schema import COLUMNS, FACTS
from lookalike.store.where import parse
from lookalike.store.where_sql import sql
from lookalike.types import Content, Ids, Record

SOURCES = """
    FROM records r JOIN contents c ON c.id = r.content
    LEFT JOIN facts f ON f.content = c.id LEFT JOIN sidecars s ON s.path = r.path
    LEFT JOIN objects o ON o.sha256 = c.sha256
"""
_TABLES = (("records", "r"), ("contents", "c"), ("facts", "f"), ("sidecars", "s"), ("objects", "o"))
_RECORD = f"SELECT {', '.join(columns_of(table, short) for table, short in _TABLES)} {SOURCES}"
_ENDS = [sum(len(COLUMNS[table]) + 1 for table, _ in _TABLES[:count]) for count in range(1, 6)]
AMONG = "IN (SELECT value FROM json_each(?))"


def records_of(database: Database, ids: Ids | None, where: str | None) -> Iterator[Record]:
    """By id, then path."""
    conditions, values = filtered(where)
    if ids is not None:
        conditions, values = [*conditions, f"c.id {AMONG}"], [*values, as_json(ids)]
    has_labels = bool(database.value("SELECT EXISTS (SELECT 1 FROM labels)"))
    for row in database.rows(f"{_RECORD} WHERE {' AND '.join(conditions)} ORDER BY c.id, r.path", values):
        record = record_of(row[: _ENDS[1]])
        labels = labels_of(database, record.content.sha256) if has_labels else ()
        yield replace(record, labels=labels, facts=_facts(record.content, row), object=_object(row))


def filtered(where: str | None) -> tuple[list[str], list[Any]]:
    """Conditions on `SOURCES`, with their values."""
    if where is None:
        return ["1"], []
    text, values = sql(parse(where))
    return [text], list(values)


def labels_of(database: Database, sha256: str) -> tuple[Label, ...]:
    """By name, then value."""
    text = f"SELECT {columns_of('labels')} FROM labels WHERE sha256 = ? ORDER BY name, value"
    rows = (checked("labels", row) for row in database.rows(text, [bytes.fromhex(sha256)]))
    return tuple(Label(name, value) for _, name, value in rows)


def facts_row(facts: Facts) -> tuple[str | int | None, ...]:
    """Columns that `facts_of` reads."""
    keywords = None if facts.keywords is None else json.dumps(facts.keywords, ensure_ascii=False)
    return (
        facts.taken,
        facts.camera,
        facts.lens,
        facts.orientation,
        facts.title,
        facts.caption,
        keywords,
        facts.rating,
    )


def facts_of(row: Sequence[Any]) -> Facts:
    """Facts from the columns of `schema.FACTS`."""
    known = dict(zip(FACTS, row, strict=True))
    return Facts.of({**known, "keywords": None if known["keywords"] is None else json.loads(known["keywords"])})


def as_json(ids: Ids) -> str:
    """For `AMONG`."""
    return json.dumps(ids.tolist())


def _facts(content: Content, row: Sequence[Any]) -> Facts:
    """A sidecar's before those of the file, in which the camera's time comes first."""
    inside, beside = row[_ENDS[1] : _ENDS[2]], row[_ENDS[2] : _ENDS[3]]
    facts = UNKNOWN if inside[0] is None else facts_of(checked("facts", inside)[1:])
    own = facts if content.taken is None else Facts(taken=content.taken).over(facts)
    return own if beside[0] is None else facts_of(checked("sidecars", beside)[5:]).over(own)


def _object(row: Sequence[Any]) -> str:
    of = row[_ENDS[3] :]
    return "" if of[0] is None else str(checked("objects", of)[1])
