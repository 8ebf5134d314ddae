"""Lists of labels: CSV with a column of paths, or a JSON object on each line."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lookalike.errors import BadQuery
from lookalike.facts import Label
from lookalike.search.tables import csv_rows, text_of

_PATH, _LABEL = "path", "label"
FORMATS: Final = ("csv", "jsonl")


@dataclass(frozen=True)
class Line:
    """A path, folder, URI or glob, and labels for it."""

    number: int
    path: str
    labels: tuple[Label, ...]


def lines_of(data: bytes, format: str | None, encoding: str | None) -> tuple[list[Line], list[tuple[int, str]]]:
    """Lines of a list, and (line, why) of those that say no labels; raises `BadQuery` where it is no list.

    The format is guessed from its beginning where it is not named, UTF-8 or a byte order mark tells the encoding.
    """
    text = text_of(data, encoding)
    chosen = format or ("jsonl" if text.lstrip()[:1] == "{" else "csv")
    if chosen not in FORMATS:
        raise BadQuery(f"lists of labels are {' or '.join(FORMATS)}, not {chosen!r}")
    lines: list[Line] = []
    left_out: list[tuple[int, str]] = []
    for number, path, labels in _jsonl(text) if chosen == "jsonl" else _csv(text):
        if isinstance(labels, str):
            left_out.append((number, labels))
            continue
        try:
            lines.append(Line(number, path, tuple(map(Label.of, labels))))
        except BadQuery as error:
            left_out.append((number, str(error)))
    return lines, left_out


def written(rows: Iterable[tuple[str, str]], format: str) -> bytes:
    """(path, label) as a list that `lines_of` reads."""
    if format not in FORMATS:
        raise BadQuery(f"lists of labels are {' or '.join(FORMATS)}, not {format!r}")
    return csv_of(rows) if format == "csv" else jsonl_of(rows)


def csv_of(rows: Iterable[tuple[str, str]]) -> bytes:
    """(path, label) as CSV that `lines_of` reads; a path that is no UTF-8 as its bytes."""
    told = io.StringIO(newline="")
    writer = csv.writer(told)
    writer.writerow([_PATH, _LABEL])
    writer.writerows(rows)
    return told.getvalue().encode("utf-8", "surrogateescape")


def jsonl_of(rows: Iterable[tuple[str, str]]) -> bytes:
    """(path, label) as JSON lines, one a path."""
    labels: dict[str, list[str]] = {}
    for path, label in rows:
        labels.setdefault(path, []).append(label)
    return b"".join(json.dumps({_PATH: path, "labels": each}).encode() + b"\n" for path, each in labels.items())


_Row = tuple[int, str, Sequence[str] | str]
"""Number, path, and the labels, or why there are none."""


def _csv(text: str) -> Iterator[_Row]:
    header: list[str] | None = None
    for number, row in csv_rows(text):
        if header is None:
            header = [cell.strip().lower() for cell in row]
            if _PATH in header:
                continue
            header = [_PATH, *[_LABEL] * (len(row) - 1)]
        yield _of_row(number, header, row)


def _of_row(number: int, header: Sequence[str], row: Sequence[str]) -> _Row:
    if len(row) > len(header):
        return number, "", f"it has {len(row)} cells, the first line {len(header)}: put text with a comma in quotes"
    cells = list(zip(header, row, strict=False))
    path = next((cell for name, cell in cells if name == _PATH), "")
    labels = [cell if name == _LABEL else f"{name}={cell}" for name, cell in cells if name != _PATH and cell.strip()]
    return _checked(number, path, labels)


def _jsonl(text: str) -> Iterator[_Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _of_json(number, line)


def _of_json(number: int, line: str) -> _Row:
    try:
        said: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        return number, "", f"it is no JSON: {error}"
    if not isinstance(said, Mapping) or not isinstance(said.get(_PATH), str):
        return number, "", 'it is no object with a "path", as {"path": "a.jpg", "labels": ["apple"]}'
    labels, facts = said.get("labels", []), said.get("facts", {})
    if not isinstance(labels, list) or not isinstance(facts, Mapping):
        return number, "", '"labels" are a list of words, and "facts" an object of values'
    words = [*labels, *([said[_LABEL]] if _LABEL in said else [])]
    values = [*words, *facts.values()]
    if any(isinstance(value, bool) or not isinstance(value, (str, int, float)) for value in values):
        return number, "", "its labels and facts are words and numbers, nothing else"
    return _checked(number, said[_PATH], [*map(str, words), *(f"{name}={value}" for name, value in facts.items())])


def _checked(number: int, path: str, labels: Sequence[str]) -> _Row:
    if not path.strip():
        return number, path, "it names no path"
    if not labels:
        return number, path, "it names no label"
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return number, path, "its path holds characters that no file name has"
    return number, path, labels
