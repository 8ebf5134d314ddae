"""Captions of an owner's pictures, from a table of paths and texts."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lookalike.errors import BadQuery

HEADS: Final = ({"path", "image", "file", "filename", "picture"}, {"caption", "text", "description", "title"})
"""Names of the two columns, where the first line gives some."""
LONGEST: Final = 2000
"""Characters of a caption that count."""
LARGEST: Final = 2**28
"""Bytes of a table."""


def captions_in(file: Path) -> list[tuple[str, str]]:
    """(absolute path, caption) line by line, of a CSV, or of a TSV by its ending; raises `BadQuery` where it is none.

    The first two columns count, or those that the first line names; paths are absolute or relative to the table, or
    to a folder `images` beside it.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise BadQuery(f"{file} is too large for a table of captions", path=str(file))
        text = _decoded(file.read_bytes())
    except OSError as error:
        raise BadQuery(f"{file} cannot be read: {error.strerror}", path=str(file)) from error
    except UnicodeDecodeError as error:
        raise BadQuery(f"{file} is neither UTF-8 nor UTF-16: save it as UTF-8", path=str(file)) from error
    tabs = file.suffix.lower() in (".tsv", ".tab")
    try:
        rows = list(csv.reader(text.splitlines(), delimiter="\t" if tabs else ","))
    except csv.Error as error:
        raise BadQuery(f"{file} is no table: {error}", path=str(file)) from error
    found = list(_pairs(rows, file.resolve().parent))
    if not found:
        kind = "path<TAB>caption" if tabs else "path,caption"
        raise BadQuery(f"{file} holds no captions: each line should be {kind}", path=str(file))
    return found


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 where a mark says so."""
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def _pairs(rows: list[list[str]], folder: Path) -> Iterator[tuple[str, str]]:
    columns = _columns(rows[0]) if rows else None
    path_at, text_at = columns or (0, 1)
    for row in rows[1:] if columns else rows:
        if len(row) > max(path_at, text_at) and row[path_at].strip() and row[text_at].strip():
            yield _absolute(row[path_at].strip(), folder), row[text_at].strip()[:LONGEST]


def _columns(head: list[str]) -> tuple[int, int] | None:
    """Places of the two columns, by their names; None where the line names none."""
    names = [name.strip().lower() for name in head]
    places = [next((at for at, name in enumerate(names) if name in known), None) for known in HEADS]
    return None if places[0] is None or places[1] is None else (places[0], places[1])


def _absolute(name: str, folder: Path) -> str:
    beside = folder / "images" / name
    return os.path.realpath(beside if not (folder / name).exists() and beside.exists() else folder / name)
