"""Records in a database, with the facts and labels of their pictures."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
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
_AT_ONCE = 512


def records_of(database: Database, ids: Ids | None, where: str | None) -> Iterator[Record]:
    """By id, then path."""
    conditions, values = filtered(database, where)
    if ids is not None:
        condition, named = database.among("c.id", ids)
        conditions, values = [*conditions, condition], [*values, *named]
    has_labels = bool(database.value("SELECT EXISTS (SELECT 1 FROM labels)"))
    text = f"{_RECORD} WHERE {' AND '.join(conditions)} ORDER BY c.id, r.path"
    for rows in database.batches(text, values, _AT_ONCE):
        records = [record_of(row[: _ENDS[1]]) for row in rows]
        labels = labels_by(database, {each.content.sha256 for each in records}) if has_labels else {}
        for record, row in zip(records, rows, strict=True):
            of = tuple(labels.get(record.content.sha256, ()))
            yield replace(record, labels=of, facts=_facts(record.content, row), object=_object(row))


def filtered(database: Database, where: str | None) -> tuple[list[str], list[Any]]:
    """Conditions on `SOURCES`, with their values."""
    if where is None:
        return ["TRUE"], []
    text, values = sql(parse(where), database.comparisons)
    return [text], values


def labels_by(database: Database, sha256s: Collection[str]) -> dict[str, list[Label]]:
    """Labels of each, by name, then value; none of what is not among them."""
    text = f"SELECT {columns_of('labels')} FROM labels WHERE sha256 = ? ORDER BY name, value"
    found: dict[str, list[Label]] = defaultdict(list)
    for row in database.each(text, map(bytes.fromhex, sha256s)):
        sha256, name, value = checked("labels", row)
        found[sha256.hex()].append(Label(name, value))
    return found


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


def _facts(content: Content, row: Sequence[Any]) -> Facts:
    """A sidecar's before those of the file, in which the camera's time comes first."""
    inside, beside = row[_ENDS[1] : _ENDS[2]], row[_ENDS[2] : _ENDS[3]]
    facts = UNKNOWN if inside[0] is None else facts_of(checked("facts", inside)[1:])
    own = facts if content.taken is None else Facts(taken=content.taken).over(facts)
    return own if beside[0] is None else facts_of(checked("sidecars", beside)[5:]).over(own)


def _object(row: Sequence[Any]) -> str:
    of = row[_ENDS[3] :]
    return "" if of[0] is None else str(checked("objects", of)[1])
