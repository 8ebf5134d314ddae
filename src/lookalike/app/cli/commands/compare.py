"""`lookalike compare`: two pictures, every channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.columns import COLOURS, coloured, reason, styled
from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import COMPARE, PAIR, add_verb
from lookalike.app.cli.options import HtmlFile, Json, Long, OutFile, only_one, remark
from lookalike.app.cli.output import json_bytes, lines, write
from lookalike.errors import BadQuery
from lookalike.figures import score

if TYPE_CHECKING:
    from lookalike.search.compare import Comparison


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A picture file, - for stdin, or an http(s) URL.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other picture.")],
    describer: Annotated[
        list[str] | None,
        typer.Option(
            "--describer",
            metavar="NAME[:FIELD=VALUE]",
            rich_help_panel=COMPARE,
            help="Compare by this describer. Repeat it for several [default: all that need no training].",
        ),
    ] = None,
    long: Long = False,
    json: Json = False,
    html: HtmlFile = None,
    draw: Annotated[
        Path | None,
        typer.Option("--draw-difference", metavar="FILE", help="Draw where the two differ, as a PNG picture."),
    ] = None,
    output: OutFile = None,
) -> int:
    """Tell how two pictures relate, in every channel, and why.

    No library is needed.
    """
    import sys

    from lookalike.app.documents import compare_document
    from lookalike.search.compare import compare as compared

    only_one(json=json, long=long)
    first, second = (sys.stdin.buffer.read() if name == "-" else name for name in (a, b))
    comparison = compared(first, second, describers=describer or ())
    if html is not None:
        comparison.save_html(html)
    undrawn = None if draw is None else _undrawn(comparison, draw)
    if json:
        write(json_bytes(compare_document(comparison)), output)
    else:
        write(lines(_long(comparison) if long else _short(comparison, colour=coloured(output))), output)
    if undrawn is not None:
        remark(f"{draw} was not drawn: {undrawn}")
    return Exit.DONE if undrawn is None else Exit.NOTHING_FOUND


def _undrawn(comparison: Comparison, draw: Path) -> str | None:
    """Why there is no difference to draw; None where it is drawn."""
    try:
        comparison.save_difference(draw)
    except BadQuery as error:
        return str(error)
    return None


def _short(comparison: Comparison, *, colour: bool) -> Iterator[str]:
    """Relation, score and why; then for each channel its similarity, and below it what it has to say."""
    relation = styled(comparison.relation, COLOURS.get(comparison.relation), colour=colour)
    yield f"{relation}, score {score(comparison.score)}"
    yield from reason(comparison.why, 2, colour=colour)
    for name, similarity in comparison.channels.items():
        yield f"{score(similarity)}  {name}"
        if name in comparison.explanations:
            yield from reason(comparison.explanations[name].line, 7, colour=colour)


def _long(comparison: Comparison) -> Iterator[str]:
    yield f"{comparison.relation}, score {score(comparison.score)}: {comparison.why}"
    width = max([10, *map(len, comparison.channels)])
    for name, similarity in comparison.channels.items():
        line = comparison.explanations[name].line if name in comparison.explanations else ""
        yield f"  {name:{width}} {score(similarity)}  {line}".rstrip()


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        compare,
        "lookalike compare a.jpg b.jpg",
        "lookalike compare a.jpg b.jpg --describer histogram:bins=4 --html comparison.html",
        group=PAIR,
    )
