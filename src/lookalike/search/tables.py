"""Tables that people write: bytes of an unknown encoding, cells between commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Final

from lookalike.errors import BadQuery

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def text_of(data: bytes, encoding: str | None) -> str:
    """Text in `encoding`, else as its byte order mark says, else in UTF-8; raises `BadQuery` where it is not."""
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    chosen = encoding or marked or "utf-8"
    try:
        return data.decode(chosen).removeprefix("\ufeff")
    except LookupError as error:
        raise BadQuery(f"there is no encoding {encoding!r}: name one such as cp1252 or utf-16") from error
    except UnicodeError as error:
        at = data[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise BadQuery(
            f"line {at} of the list is not {chosen.upper()}: name its encoding, as in --encoding cp1252, "
            "or save it as UTF-8; nothing was changed"
        ) from error


def csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, each with the number of its first line; raises `BadQuery` where it is no CSV."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    before = 0
    try:
        for row in rows:
            number, before = before + 1, rows.line_num
            if any(cell.strip() for cell in row) and not (number == 1 and row[0].lower().startswith("sep=")):
                yield number, row
    except csv.Error as error:
        raise BadQuery(f"line {rows.line_num} of the list is no CSV ({error}); nothing was changed") from error


def _delimiter(text: str) -> str:
    """The one of , ; and tab that the first line has most of."""
    first = text.lstrip().partition("\n")[0]
    if first.lower().startswith("sep="):  # as spreadsheets write
        return first[4:5] or ","
    return max(",;\t", key=first.count)
