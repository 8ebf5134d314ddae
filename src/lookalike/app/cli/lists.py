"""Lists of pictures that a person brings and takes away, and the options of the verbs that do so."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import OUTPUT
from lookalike.app.cli.options import remark
from lookalike.app.cli.output import json_bytes, lines, note, shown, write
from lookalike.errors import BadQuery
from lookalike.figures import counted

TOLD: Final = 20
"""Lines of a list that was read in part that are told one by one."""
Format = Annotated[
    str | None, typer.Option("--format", metavar="csv|jsonl", help="How the list is written [default: as it looks].")
]
Encoding = Annotated[
    str | None, typer.Option("--encoding", metavar="NAME", help="Of the list, e.g. cp1252 [default: UTF-8].")
]

Written = Annotated[
    str, typer.Option("--format", metavar="csv|jsonl", rich_help_panel=OUTPUT, help="How the list is written.")
]
Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="PATH...", help="Pictures and folders of the library, and URIs.", show_default=False),
]
Where = Annotated[
    str | None, typer.Option("--where", metavar="EXPR", help="Only pictures that pass this filter (docs/where.md).")
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


def tell_counts(counts: Mapping[str, int], kind: str, number: str, output: Path | None, *, json: bool) -> int:
    """How many files have each, by name; `kind` and `number` are the fields of a row of the document."""
    from lookalike.app.documents import document

    if json:
        rows = [{kind: name, number: count} for name, count in counts.items()]
        write(json_bytes(document(f"{kind}s", **{f"{kind}s": rows})), output)
    else:
        write(lines(f"{count:9}  {shown(name)}" for name, count in counts.items()), output)
    return Exit.DONE if counts else Exit.NOTHING_FOUND


def tell_export(told: bytes, output: Path | None, *, rows: int, away: int, what: str) -> int:
    """The list; what it leaves out, since the library has no file of it now, is told on stderr."""
    write(told, output)
    if away:
        remark(f"left out: {counted(away, what)} of pictures that are not in the library now")
    return Exit.DONE if rows else Exit.NOTHING_FOUND
