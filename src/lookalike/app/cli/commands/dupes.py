"""`lookalike dupes`: files that are one picture."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import (
    By,
    HtmlFile,
    Json,
    LibraryFolder,
    NulPaths,
    OutFile,
    Precision,
    common,
    open_chosen,
    remark,
    weights,
)
from lookalike.app.cli.output import json_bytes, lines, nul_separated, shown, write

if TYPE_CHECKING:
    from lookalike.search.duplicates.identical import Group


class Relation(StrEnum):
    """What files of a group are to each other, or more."""

    identical = "identical"
    copy = "copy"
    scene = "scene"


def dupes(
    relation: Annotated[
        Relation,
        typer.Option(
            "--relation",
            help="identical: the same bytes or pixels; copy: edited; scene: the same thing. The latter by geometry.",
        ),
    ] = Relation.identical,
    precision: Precision = None,
    by: By = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that decode.")] = os.cpu_count() or 1,
    html: HtmlFile = None,
    library: LibraryFolder = None,
    json: Json = False,
    print0: NulPaths = False,
    output: OutFile = None,
) -> int:
    """Find files that are one picture, in groups, the largest first. Nothing is deleted.

    Every two files of a group are verified, so that none is chained to a stranger. Stopped with Ctrl-C it goes on
    where it was.

    With --precision also those that score high together: similar, not verified. With -0 each group is its paths, and
    one more NUL.
    """
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import dupes_document
    from lookalike.search.ingest.options import Options

    with (
        open_chosen(library) as opened,
        bar(common().quiet, "comparing") as advance,
        stop_on_interrupt() as should_stop,
    ):
        options = Options(workers, opened.limits, on_commit=advance, should_stop=should_stop)
        groups = opened.dupes(relation.value, precision=precision, by=weights(by), options=options)
        stopped = should_stop()
        if html is not None:
            opened.save_groups_html(groups, html)
    if json:
        write(json_bytes(dupes_document(groups)), output)
    elif print0:
        write(b"".join(nul_separated([*(member.path for member in group.members), ""]) for group in groups), output)
    else:
        write(lines(text for group in groups for text in _paragraph(group)), output)
    if stopped:
        remark("interrupted, hence not all that there is: run the same command again, and it goes on where it was")
        return Exit.INTERRUPTED
    return Exit.DONE if groups else Exit.NOTHING_FOUND


def _paragraph(group: Group) -> Iterator[str]:
    weakest = "" if group.relation == "identical" else f", weakest link {group.weakest:.3f}"
    yield f"{group.relation}, {len(group.members)} files{weakest}"
    for member in group.members:
        width, height = member.content.size
        yield f"  {shown(member.path)}  {width} x {height}  {member.content.bytes} bytes"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    app.command()(dupes)
