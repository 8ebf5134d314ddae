"""Results for people: columns that line up, near paths, reasons on a line of their own, colours by relation."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from pathlib import Path

from lookalike.app.cli.output import shown

WIDTH = 80
DIM = "2"
COLOURS = {"identical": "32", "copy": "36", "part": "34", "variant": "33", "scene": "35"}
"""Codes of ANSI terminals; `similar` has none: it is ranked, not verified."""


def near(path: str) -> str:
    """A path relative to the current folder where it lies below that, else as it is; on one line, and no option."""
    try:
        here = os.getcwd()  # noqa: PTH109  a name of any bytes
        inside = os.path.commonpath([here, path]) == here
    except (OSError, ValueError):  # the current folder is gone, or the path is not absolute
        return shown(path)
    if not inside:
        return shown(path)
    relative = os.path.relpath(path, here)
    return shown(f".{os.sep}{relative}" if relative.startswith("-") else relative)


def reason(text: str, indent: int, *, colour: bool) -> list[str]:
    """A sentence below its result, indented, wrapped to the terminal, dim."""
    margin = " " * indent
    lines = textwrap.wrap(text, width(), initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
    return [styled(line, DIM, colour=colour) for line in lines]


def styled(text: str, code: str | None, *, colour: bool) -> str:
    """The text in a colour of ANSI terminals, or as it is."""
    return f"\x1b[{code}m{text}\x1b[0m" if colour and code else text


def coloured(output: Path | None) -> bool:
    """Whether what is printed goes to a terminal that shows colours, and nobody said NO_COLOR."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return output is None and sys.stdout.isatty() and not plain


def width() -> int:
    """Columns of the terminal, 80 where there is none, and no more than can be read at ease."""
    return min(shutil.get_terminal_size((WIDTH, 24)).columns, 120) if sys.stdout.isatty() else WIDTH
