"""Lists of labels: CSV with a column of paths, or a JSON object on each line."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lookalike.errors import BadQuery
from lookalike.facts import Label

_PATH, _LABEL = "path", "label"
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
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
    text = _text(data, encoding)
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


def _text(data: bytes, encoding: str | None) -> str:
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    chosen = encoding or marked or "utf-8"
    try:
        return data.decode(chosen)
    except LookupError as error:
        raise BadQuery(f"there is no encoding {encoding!r}: name one such as cp1252 or utf-16") from error
    except UnicodeError as error:
        at = data[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise BadQuery(
            f"line {at} of the list is not {chosen.upper()}: name its encoding, as in --encoding cp1252, "
            "or save it as UTF-8; nothing was labelled"
        ) from error


_Row = tuple[int, str, Sequence[str] | str]
"""Number, path, and the labels, or why there are none."""


def _csv(text: str) -> Iterator[_Row]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header: list[str] | None = None
    before = 0
    try:
        for row in rows:
            number, before = before + 1, rows.line_num
            if not any(cell.strip() for cell in row) or (number == 1 and row[0].lower().startswith("sep=")):
                continue
            if header is None:
                header = [cell.strip().lower() for cell in row]
                if _PATH in header:
                    continue
                header = [_PATH, *[_LABEL] * (len(row) - 1)]
            yield _of_row(number, header, row)
    except csv.Error as error:
        raise BadQuery(f"line {rows.line_num} of the list is no CSV ({error}); nothing was labelled") from error


def _of_row(number: int, header: Sequence[str], row: Sequence[str]) -> _Row:
    if len(row) > len(header):
        return number, "", f"it has {len(row)} cells, the first line {len(header)}: put text with a comma in quotes"
    cells = list(zip(header, row, strict=False))
    path = next((cell for name, cell in cells if name == _PATH), "")
    labels = [cell if name == _LABEL else f"{name}={cell}" for name, cell in cells if name != _PATH and cell.strip()]
    return _checked(number, path, labels)


def _delimiter(text: str) -> str:
    """The one of , ; and tab that the first line has most of."""
    first = text.lstrip().partition("\n")[0]
    if first.lower().startswith("sep="):  # as spreadsheets write
        return first[4:5] or ","
    return max(",;\t", key=first.count)


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
