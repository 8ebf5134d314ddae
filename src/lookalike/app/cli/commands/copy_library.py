"""`lookalike copy-library FROM TO`: a library moved between a folder and a server."""

from __future__ import annotations

from typing import Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import KEEP, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import Json, OutFile, common, remark
from lookalike.app.cli.output import json_bytes, lines, write


def copy_library(
    source: Annotated[str, typer.Argument(metavar="FROM", help="A library: its folder or URL.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="Where the copy goes; made where it is not there.")],
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Copy a library into another folder, or to a server and back.

    The copy gives the same answers. A run that was stopped goes on where it was. Pictures themselves stay where they
    are, and so does what `resolve --undo` knows.
    """
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import document
    from lookalike.location import Location
    from lookalike.search.copying import copy_library as copy
    from lookalike.search.ingest.options import Options

    with bar(common().quiet, "copying") as advance, stop_on_interrupt() as should_stop:
        options = Options(on_commit=advance, should_stop=should_stop)
        copied = copy(Location.of(source), Location.of(target), options)
    if json:
        told = {"files": copied.files, "added": copied.added, "rows": copied.rows, "changed": copied.changed}
        write(json_bytes(document("copy-library", **told, seconds=copied.seconds)), output)
    else:
        write(lines([f"{copied.added} of {copied.files} files copied, with {copied.rows} rows"]), output)
    if copied.changed:
        remark("the library was written to meanwhile: run this again to copy what came")
    return Exit.INTERRUPTED if copied.interrupted else Exit.DONE


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        copy_library,
        "lookalike copy-library ~/.local/share/lookalike postgresql://me@host/pictures",
        group=KEEP,
        name="copy-library",
    )
