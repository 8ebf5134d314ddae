"""Where results go: stdout or a file, as bytes, so that every file name survives."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lookalike.types import Failure


class ReaderGone(Exception):
    """Whoever read stdout has gone. No `OSError`: the library that reads the arguments would end with 1."""


def write(data: bytes, file: Path | None = None) -> None:
    """To `file`, whole or not at all; else to stdout, flushed."""
    if file is not None:
        from lookalike.search.atomic import write_atomically

        write_atomically(file, data)
        return
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains at its end
        raise ReaderGone from error


def json_bytes(document: Any, *, indent: int | None = 2) -> bytes:
    """UTF-8 JSON and a line end; surrogate escapes stay escapes."""
    from lookalike.search.documents import json_text

    return json_text(document, indent=indent).encode() + b"\n"


def json_line(document: Any) -> bytes:
    """One line of JSON lines."""
    return json_bytes(document, indent=None)


def nul_separated(paths: Iterable[str]) -> bytes:
    """The very bytes of each name, each ended by NUL."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def lines(texts: Iterable[str]) -> bytes:
    """One text a line."""
    return "".join(f"{text}\n" for text in texts).encode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that no name has
        return text.encode("utf-8", "backslashreplace")


def shown(name: str) -> str:
    """A file name on one line, harmless to a terminal: control characters as escapes."""
    return "".join(
        character if character.isprintable() or "\udc80" <= character <= "\udcff" else ascii(character)[1:-1]
        for character in name
    )


def note(text: str) -> None:
    """A line on stderr, where anybody reads it; the very bytes of a name, as on stdout."""
    with contextlib.suppress(OSError):
        sys.stderr.flush()
        sys.stderr.buffer.write(_bytes(text) + b"\n")
        sys.stderr.buffer.flush()


def failure_line(failure: Failure) -> str:
    """The file of a failure, and why, on one line."""
    detail = f" ({shown(failure.detail)})" if failure.detail else ""
    return f"{shown(failure.path)}: {failure.reason}{detail}"
