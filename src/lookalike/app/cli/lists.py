"""Lists that a person brings: read from a file or stdin, and what was left out of them told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from lookalike.app.cli.output import note
from lookalike.errors import BadQuery

TOLD: Final = 20
"""Lines of a list that was read in part that are told one by one."""
Format = Annotated[
    str | None, typer.Option("--format", metavar="csv|jsonl", help="How the list is written [default: as it looks].")
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help="Of the list, e.g. cp1252 [default: UTF-8].")
]


def read_list(file: str) -> tuple[bytes, Path]:
    """Bytes of the list, and the folder that its paths start from; raises `BadQuery` where it cannot be read."""
    if file == "-":
        return sys.stdin.buffer.read(), Path()
    try:
        return Path(file).read_bytes(), Path(file).parent
    except OSError as error:
        raise BadQuery(f"cannot read the list {file!r}: {error.strerror}", path=file) from error


def tell_left_out(sentences: Sequence[str]) -> None:
    """The first of them on stderr, and how many more there are."""
    for line in sentences[:TOLD]:
        note(f"lookalike: {line}")
    if len(sentences) > TOLD:
        note(f"lookalike: and {len(sentences) - TOLD} more: see --json")
