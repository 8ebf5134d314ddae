"""Columns beside those of a library's tables, made of them, by which filters find rows on the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from lookalike.facts import quantity_of
from lookalike.store import paths
from lookalike.store.postgres.schema import FOLDED
from lookalike.store.schema import COLUMNS

_PRIVATE: Final = 0x10FC00
"""Where bytes that are no letters go in text that is only searched: PostgreSQL takes neither them nor NUL."""
_STAMP: Final = ("bytes", "mtime_ns", "inode", "device")
_STAMPED: Final = ("records", "failures", "sidecars")


def plain(text: str) -> str:
    """The text with a private letter for each surrogate and each NUL."""
    if text.isascii() and "\0" not in text:
        return text
    return "".join(chr(_PRIVATE + (ord(c) & 0xFF)) if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


def storable(row: Sequence[Any]) -> Sequence[Any]:
    """The row with a sign of replacement for each NUL in a text, which PostgreSQL does not take."""
    if not any(type(value) is str and "\0" in value for value in row):
        return row
    return [value.replace("\0", "\ufffd") if type(value) is str else value for value in row]


def folded(text: str | None) -> str | None:
    """The text in small letters, as `matching.text_matches` compares it."""
    return None if text is None else plain(text.casefold())


def _shown(path: bytes) -> str:
    return plain(paths.text(path))


def _folded_words(words: str | None) -> str | None:
    return None if words is None else json.dumps([folded(word) for word in json.loads(words)])


def _number(value: str) -> float | None:
    quantity = quantity_of(value)
    return None if quantity is None else quantity.number


def _unit(value: str) -> str | None:
    quantity = quantity_of(value)
    return None if quantity is None else quantity.unit


_OF_FACTS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    f"{name}_folded": (name, _folded_words if name == "keywords" else folded) for name in FOLDED
}
DERIVED: Mapping[str, Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "records": {"shown": ("path", _shown)},
    "facts": _OF_FACTS,
    "sidecars": _OF_FACTS,
    "labels": {
        "name_folded": ("name", folded),
        "value_folded": ("value", folded),
        "number": ("value", _number),
        "unit": ("value", _unit),
    },
    "objects": {"name_folded": ("name", folded)},
}
"""By table: a column, of which one it is made, and how."""


def columns_put(table: str) -> tuple[str, ...]:
    """Columns of `row_put`."""
    return (*COLUMNS[table], "checksum", *DERIVED.get(table, {}))


def row_put(table: str, row: Sequence[Any]) -> tuple[Any, ...]:
    """The row of `rows.with_checksum`, with its numbers as PostgreSQL takes them and what is made of it."""
    names = COLUMNS[table]
    made = [make(row[names.index(of)]) for of, make in DERIVED.get(table, {}).values()]
    if table not in _STAMPED:
        return (*row, *made)
    numbers = [
        int(each) if name in _STAMP and each is not None else each for name, each in zip(names, row, strict=False)
    ]
    return (*numbers, *row[len(names) :], *made)
