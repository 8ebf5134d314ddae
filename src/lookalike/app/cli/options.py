"""Options that several verbs take, each written once."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.help import ASK, COMPARE, LIBRARY, OUTPUT
from lookalike.app.cli.output import note
from lookalike.errors import BadQuery

if TYPE_CHECKING:
    from lookalike.search.library import Library

LibraryFolder = Annotated[
    str | None,
    typer.Option(
        "--library",
        metavar="DIR|URL",
        rich_help_panel=LIBRARY,
        help="The library's folder, or postgresql://USER@HOST/NAME [default: LOOKALIKE_LIBRARY, or your data folder].",
    ),
]
Json = Annotated[bool, typer.Option("--json", rich_help_panel=OUTPUT, help="Print one JSON document.")]
JsonLines = Annotated[
    bool, typer.Option("--jsonl", rich_help_panel=OUTPUT, help="Print one JSON line for each result, at once.")
]
NulPaths = Annotated[
    bool, typer.Option("-0", "--print0", rich_help_panel=OUTPUT, help="Print paths only, each ended by NUL.")
]
Long = Annotated[
    bool, typer.Option("--long", rich_help_panel=OUTPUT, help="Print one line for each result, with the full path.")
]
OutFile = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", rich_help_panel=OUTPUT, help="Write to this file instead of stdout."
    ),
]
HtmlFile = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", rich_help_panel=OUTPUT, help="Also write a web page, complete in one file."),
]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="NAME[:FIELD=VALUE][=WEIGHT]",
        rich_help_panel=COMPARE,
        help="Compare by this describer. Repeat it for several.",
    ),
]
Precision = Annotated[
    float | None,
    typer.Option(
        "--precision",
        metavar="P",
        rich_help_panel=COMPARE,
        help="Show only results at least this likely to be right, e.g. 0.95. Run `lookalike calibrate` first.",
    ),
]
Between = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--between", metavar="A B", rich_help_panel=ASK, help="Group only what has files in both of these folders."
    ),
]
Reference = Annotated[
    list[str] | None,
    typer.Option(
        "--reference",
        metavar="DIR",
        rich_help_panel=ASK,
        help="Never propose files in this folder for dropping. Repeat it for several.",
    ),
]
Where = Annotated[
    str | None,
    typer.Option("--where", metavar="EXPR", rich_help_panel=ASK, help='Only files that pass, e.g. "bytes > 1MB".'),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only: no progress, no remarks.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print more on stderr, such as tracebacks of errors.")]


@dataclass(frozen=True)
class Common:
    """The options of the program itself."""

    library: str | None = None
    quiet: bool = False
    verbose: bool = False


_given: ContextVar[Common] = ContextVar("given")


def remember(common: Common) -> None:
    """Keeps the program's options for the verb of this call."""
    _given.set(common)


def common() -> Common:
    """The program's options in this call."""
    return _given.get(Common())


def remark(text: str) -> None:
    """Prints a line on stderr, unless this call is quiet."""
    if not common().quiet:
        note(text)


def open_chosen(folder: str | None) -> Library:
    """The library named after the verb, before it, by the environment, or the default one."""
    import lookalike

    return lookalike.open(folder or common().library)


def only_one(**formats: bool) -> None:
    """Raises `BadQuery` where two forms of output are asked for at once; names are those of the options."""
    asked = [f"--{name}" for name, wanted in formats.items() if wanted]
    if len(asked) > 1:
        raise BadQuery(f"{' and '.join(asked)} exclude each other: choose one")


def weights(by: list[str] | None) -> dict[str, float] | None:
    """NAME[:FIELD=VALUE][=WEIGHT] to a weight of each, 1 where none is given."""
    return dict(map(_weighed, by)) if by else None


def _weighed(word: str) -> tuple[str, float]:
    """Text before the last = and the weight after it; all of the text and 1 where that is the = of a field."""
    name, sign, weight = word.rpartition("=")
    if not sign or not all("=" in setting for setting in name.split(":")[1:]):
        return word, 1.0
    try:
        return name, float(weight) if weight else 1.0
    except ValueError as error:
        raise BadQuery(
            f"--by {word!r} has a weight that is not a number: write NAME=WEIGHT, as in --by convnet=1, "
            "or NAME:FIELD=VALUE=WEIGHT, as in --by pca:components=16=0.5"
        ) from error
