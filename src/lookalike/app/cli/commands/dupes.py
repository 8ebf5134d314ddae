"""`lookalike dupes`: files that are one picture."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from lookalike.app.cli.columns import coloured
from lookalike.app.cli.commands.dupes_text import long as long_lines
from lookalike.app.cli.commands.dupes_text import short as short_lines
from lookalike.app.cli.commands.dupes_text import table
from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import COMPARE, FIND, LIBRARY, OUTPUT, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import (
    Between,
    By,
    HtmlFile,
    Json,
    JsonLines,
    LibraryFolder,
    Long,
    NulPaths,
    OutFile,
    Precision,
    Reference,
    Where,
    common,
    only_one,
    open_chosen,
    remark,
    weights,
)
from lookalike.app.cli.output import ReaderGone, json_bytes, json_line, lines, nul_separated, write
from lookalike.errors import BadQuery, UnknownName

if TYPE_CHECKING:
    from lookalike.search.ingest.options import Progress
    from lookalike.types import Relation


def dupes(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH...", help="Group only files at and below these. [default: all]", show_default=False
        ),
    ] = None,
    relation: Annotated[
        str | None,
        typer.Option(
            "--relation",
            metavar="NAME",
            rich_help_panel=COMPARE,
            help="identical: the same bytes or pixels. copy: edited copies too. scene: other pictures of the same "
            "object or place too. Copies and scenes are verified by geometry. [default: identical]",
        ),
    ] = None,
    between: Between = None,
    reference: Reference = None,
    where: Where = None,
    pairs: Annotated[
        bool,
        typer.Option(
            "--pairs/--no-pairs", help="Also group the RAW or HEIC file and the JPEG that a camera wrote beside it."
        ),
    ] = True,
    bursts: Annotated[
        bool,
        typer.Option("--bursts/--no-bursts", help="Also group pictures that were taken one after the other."),
    ] = True,
    precision: Precision = None,
    by: By = None,
    long: Long = False,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Annotated[
        bool, typer.Option("--csv", rich_help_panel=OUTPUT, help="Print a table, a row for each file.")
    ] = False,
    print0: NulPaths = False,
    html: HtmlFile = None,
    output: OutFile = None,
    library: LibraryFolder = None,
    workers: Annotated[
        int, typer.Option(min=1, metavar="N", rich_help_panel=LIBRARY, help="Decode and compare in N processes.")
    ] = os.cpu_count() or 1,
) -> int:
    """Group the files that are one picture, largest group first.

    Nothing is deleted: `lookalike resolve` acts upon groups. Every two files of a group are verified. After Ctrl-C the
    next run resumes. A * marks the file to keep: one of a reference folder, the largest picture, then the largest file.

    With --precision, pictures with high scores are grouped instead: similar, ranked but not verified.

    With -0 each group is its paths, each ended by NUL, and one more NUL.
    """
    from lookalike.app.cli.progress import bar, progress_line
    from lookalike.app.documents import dupes_document
    from lookalike.search.ingest.options import Options

    only_one(json=json, jsonl=jsonl, print0=print0, long=long, csv=csv)
    if relation is not None and precision is not None:
        raise BadQuery("--relation finds verified groups and --precision groups by score: leave one of them out")
    if by and precision is None:
        raise BadQuery("--by needs --precision: verified groups do not depend on describers")
    with (
        open_chosen(library) as opened,
        bar(common().quiet, "comparing") as advance,
        stop_on_interrupt() as should_stop,
    ):

        def committed(progress: Progress) -> None:
            advance(progress)
            if jsonl and output is None:
                with suppress(ReaderGone):  # what was compared is kept, whoever watches
                    write(progress_line(progress))

        options = Options(workers, opened.limits, on_commit=committed, should_stop=should_stop)
        groups = opened.dupes(
            relation_named(relation),
            under=paths or (),
            between=between,
            reference=reference or (),
            where=where,
            pairs=pairs,
            bursts=bursts,
            precision=precision,
            by=weights(by),
            options=options,
        )
        stopped = should_stop()
        if html is not None:
            groups.save_html(html)
    if json:
        write(json_bytes(dupes_document(groups)), output)
    elif jsonl:
        write(json_line(dupes_document(groups)), output)
    elif print0:
        write(b"".join(nul_separated([*(member.path for member in group.members), ""]) for group in groups), output)
    elif csv:
        write(table(groups), output)
    elif long:
        write(lines(text for group in groups for text in long_lines(group)), output)
    else:
        write(lines(short_lines(groups, colour=coloured(output))), output)
    if stopped:
        remark("interrupted, so groups are missing; run the same command again to resume")
        return Exit.INTERRUPTED
    return Exit.DONE if groups else Exit.NOTHING_FOUND


def relation_named(name: str | None) -> Relation:
    """The relation of that name; raises `UnknownName`."""
    from lookalike.types import Relation

    known: tuple[Relation, ...] = get_args(Relation)
    found = next((one for one in known if one == (name or "identical")), None)
    if found is None:
        raise UnknownName("relation", str(name), [one for one in known if one != "similar"])
    return found


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        dupes,
        "lookalike dupes",
        "lookalike dupes --relation copy --html copies.html",
        "lookalike dupes --between ~/Pictures /media/card --reference ~/Pictures",
        group=FIND,
        needs_arguments=False,
    )
