"""Lists of objects: CSV with a column of paths and one of objects, or a JSON object on each line."""

from __future__ import annotations

import csv
import io
import json
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lookalike.errors import BadQuery
from lookalike.search.tables import csv_rows, text_of

_PATH, _OBJECT = "path", "object"
FORMATS: Final = ("csv", "jsonl")
MOST_LETTERS: Final = 500
"""Letters of the name of an object."""


@dataclass(frozen=True)
class Line:
    """A path, folder, URI or glob, and the object that its pictures are views of."""

    number: int
    path: str
    object: str


Told = list[tuple[int, str]]
"""Numbers of lines that were left out, and why."""


def object_named(text: str) -> str:
    """The name as it is kept; raises `BadQuery` for what cannot be one."""
    name = unicodedata.normalize("NFC", text).strip()
    if not name or not name.isprintable() or len(name) > MOST_LETTERS:
        raise BadQuery(f"the name of an object is 1 to {MOST_LETTERS} letters on one line, not {text[:50]!r}")
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise BadQuery(f"the name of an object, {text[:50]!r}, holds bytes that are no letters") from error
    return name


def lines_of(data: bytes, format: str | None, encoding: str | None) -> tuple[list[Line], Told]:
    """Lines of a list, and those that name no object, or one that is a view of another; raises `BadQuery` if no list.

    The format is guessed from its beginning where it is not named, UTF-8 or a byte order mark tells the encoding.
    """
    text = text_of(data, encoding)
    chosen = format or ("jsonl" if text.lstrip()[:1] == "{" else "csv")
    if chosen not in FORMATS:
        raise BadQuery(f"lists of objects are {' or '.join(FORMATS)}, not {chosen!r}")
    lines: list[Line] = []
    left_out: Told = []
    for number, path, named, why in _jsonl(text) if chosen == "jsonl" else _csv(text):
        try:
            lines.append(Line(number, _checked(path, why), object_named(named)))
        except BadQuery as error:
            left_out.append((number, str(error)))
    nested = _nested(lines)
    return [line for line in lines if line.number not in nested], [*left_out, *nested.items()]


def written(rows: Iterable[tuple[str, str]], format: str) -> bytes:
    """(path, object) as a list that `lines_of` reads; a path that is no UTF-8 as its bytes."""
    if format not in FORMATS:
        raise BadQuery(f"lists of objects are {' or '.join(FORMATS)}, not {format!r}")
    if format == "jsonl":
        return b"".join(json.dumps({_PATH: path, _OBJECT: name}).encode() + b"\n" for path, name in rows)
    told = io.StringIO(newline="")
    writer = csv.writer(told)
    writer.writerow([_PATH, _OBJECT])
    writer.writerows(rows)
    return told.getvalue().encode("utf-8", "surrogateescape")


def _checked(path: str, why: str) -> str:
    if why:
        raise BadQuery(why)
    if not path.strip():
        raise BadQuery("it names no path")
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        raise BadQuery("its path holds characters that no file name has") from error
    return path


def _nested(lines: Sequence[Line]) -> dict[int, str]:
    """Why, by number, of lines whose object is the path of a view of another: objects hold pictures, not objects."""
    of = {line.path: line.object for line in lines}
    found = {}
    for line in lines:
        chain = [line.path, line.object]
        while chain[-1] in of and of[chain[-1]] != chain[-1] and chain[-1] not in chain[:-1]:
            chain.append(of[chain[-1]])
        if len(chain) > 2:
            circle = chain[-1] in chain[:-1]
            why = "which goes in a circle" if circle else "but an object holds pictures, not objects"
            found[line.number] = f"it makes {' a view of '.join(map(repr, chain[:5]))}, {why}"
    return found


_Row = tuple[int, str, str, str]
"""Number, path, object, and what is wrong with it, if something is."""


def _csv(text: str) -> Iterator[_Row]:
    columns: list[str] | None = None
    for number, row in csv_rows(text):
        if columns is None:
            columns = [cell.strip().lower() for cell in row]
            if _PATH in columns:
                if _OBJECT not in columns:
                    raise BadQuery(f"the list has no column {_OBJECT!r}, only {', '.join(columns)}")
                continue
            columns = [_PATH, _OBJECT]
        cells = dict(zip(columns, row, strict=False))
        many = f"it has {len(row)} cells, the first line {len(columns)}: put text with a comma in quotes"
        yield number, cells.get(_PATH, ""), cells.get(_OBJECT, ""), many if len(row) > len(columns) else ""


def _jsonl(text: str) -> Iterator[_Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, *_of_json(line)


def _of_json(line: str) -> tuple[str, str, str]:
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return "", "", f"it is no JSON: {error}"
    if not isinstance(said, Mapping):
        said = {}
    path, name = said.get(_PATH), said.get(_OBJECT)
    if not isinstance(path, str) or not isinstance(name, str):
        return "", "", 'it has no "path" and "object", as {"path": "a.jpg", "object": "blue mug"}'
    return path, name, ""
