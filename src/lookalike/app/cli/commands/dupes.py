"""`lookalike dupes`: files that are one picture."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.options import (
    By,
    HtmlFile,
    Json,
    LibraryFolder,
    NulPaths,
    OutFile,
    Precision,
    open_chosen,
    weights,
)
from lookalike.app.cli.output import json_bytes, lines, nul_separated, shown, write

if TYPE_CHECKING:
    from lookalike.search.identical import Group


class Relation(StrEnum):
    """What `dupes` finds in this version."""

    identical = "identical"


def dupes(
    relation: Annotated[
        Relation, typer.Option("--relation", help="identical: the same bytes, or the same pixels in other bytes.")
    ] = Relation.identical,
    precision: Precision = None,
    by: By = None,
    html: HtmlFile = None,
    library: LibraryFolder = None,
    json: Json = False,
    print0: NulPaths = False,
    output: OutFile = None,
) -> int:
    """Find files that are one picture, in groups, the largest first. Nothing is deleted.

    With --precision also those that score high together: similar, not verified. With -0 each group is its paths, and
    one more NUL.
    """
    from lookalike.app.documents import dupes_document

    with open_chosen(library) as opened:
        groups = opened.dupes(relation.value, precision=precision, by=weights(by))
        if html is not None:
            opened.save_groups_html(groups, html)
    if json:
        write(json_bytes(dupes_document(groups)), output)
    elif print0:
        write(b"".join(nul_separated([*(member.path for member in group.members), ""]) for group in groups), output)
    else:
        write(lines(text for group in groups for text in _paragraph(group)), output)
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
