"""Options that several verbs take, each written once."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.output import note
from lookalike.errors import BadQuery

if TYPE_CHECKING:
    from lookalike.search.library import Library

LibraryFolder = Annotated[
    Path | None,
    typer.Option(
        "--library", metavar="DIR", help="Folder of the library [default: LOOKALIKE_LIBRARY, or your data's]."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="One line of JSON a result, flushed.")]
NulPaths = Annotated[bool, typer.Option("-0", "--print0", help="Paths only, each ended by NUL.")]
OutFile = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there, whole or not at all, not to stdout.")
]
HtmlFile = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Also write a page that stands alone.")]
By = Annotated[
    list[str] | None,
    typer.Option("--by", metavar="NAME[:FIELD=VALUE][=WEIGHT]", help="Compare by this describer; again for several."),
]
Precision = Annotated[
    float | None,
    typer.Option("--precision", metavar="P", help="Only what is right in this share of cases, as calibrate found out."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no remarks; errors only.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="More on stderr; tracebacks of errors.")]


@dataclass(frozen=True)
class Common:
    """What stands before the verb."""

    library: Path | None = None
    quiet: bool = False
    verbose: bool = False


_given: ContextVar[Common] = ContextVar("given")


def remember(common: Common) -> None:
    """For the verb of this call."""
    _given.set(common)


def common() -> Common:
    """What stood before the verb of this call."""
    return _given.get(Common())


def remark(text: str) -> None:
    """A line on stderr, unless --quiet stood before the verb of this call."""
    if not common().quiet:
        note(text)


def open_chosen(folder: Path | None) -> Library:
    """The library named after the verb, before it, by the environment, or the default one."""
    import lookalike

    return lookalike.open(folder or common().library)


def weights(by: list[str] | None) -> dict[str, float] | None:
    """NAME[:FIELD=VALUE][=WEIGHT] to a weight of each, 1 where none is given."""
    return dict(map(_weighed, by)) if by else None


def _weighed(word: str) -> tuple[str, float]:
    """What is before the last = and what is after it, unless that is the = of a field."""
    name, sign, weight = word.rpartition("=")
    if not sign or not all("=" in setting for setting in name.split(":")[1:]):
        return word, 1.0
    try:
        return name, float(weight) if weight else 1.0
    except ValueError as error:
        raise BadQuery(
            "--by takes NAME or NAME=WEIGHT, as in --by convnet=1, and settings between the two, as in "
            f"--by pca:components=16=0.5, not {word!r}"
        ) from error
