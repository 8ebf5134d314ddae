"""`lookalike compare`: two pictures, every channel."""

from __future__ import annotations

from typing import Annotated

import typer

from lookalike.app.cli.options import HtmlFile, Json, OutFile
from lookalike.app.cli.output import json_bytes, lines, write


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A picture file, - for stdin, or an http(s) URL.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other.")],
    describer: Annotated[
        list[str] | None,
        typer.Option("--describer", metavar="NAME[:FIELD=VALUE]", help="Compare by these [default: by all]."),
    ] = None,
    html: HtmlFile = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Say how two pictures relate, in every channel, and why. Needs no library."""
    import sys

    from lookalike.app.documents import compare_document
    from lookalike.search.compare import compare as compared

    first, second = (sys.stdin.buffer.read() if name == "-" else name for name in (a, b))
    comparison = compared(first, second, describers=describer or ())
    if html is not None:
        comparison.save_html(html)
    if json:
        write(json_bytes(compare_document(comparison)), output)
    else:
        told = [f"{comparison.relation}, score {comparison.score:.3f}: {comparison.why}"]
        width = max([10, *map(len, comparison.channels)])
        for name, score in comparison.channels.items():
            explanation = comparison.explanations.get(name)
            told.append(f"  {name:{width}} {score:.3f}  {explanation.line if explanation else ''}".rstrip())
        write(lines(told), output)
    return 0


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    app.command(no_args_is_help=True)(compare)
