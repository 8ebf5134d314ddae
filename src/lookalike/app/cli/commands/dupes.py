"""`lookalike dupes`: files that are one picture."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from lookalike.app.cli.columns import COLOURS, DIM, coloured, near, styled
from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import COMPARE, FIND, LIBRARY, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import (
    By,
    HtmlFile,
    Json,
    LibraryFolder,
    Long,
    NulPaths,
    OutFile,
    Precision,
    common,
    only_one,
    open_chosen,
    remark,
    weights,
)
from lookalike.app.cli.output import json_bytes, lines, nul_separated, shown, write
from lookalike.errors import BadQuery, UnknownName
from lookalike.figures import counted, file_size, score

if TYPE_CHECKING:
    from lookalike.search.duplicates.identical import Group
    from lookalike.types import Relation


def dupes(
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
    precision: Precision = None,
    by: By = None,
    long: Long = False,
    json: Json = False,
    print0: NulPaths = False,
    html: HtmlFile = None,
    output: OutFile = None,
    library: LibraryFolder = None,
    workers: Annotated[
        int, typer.Option(min=1, metavar="N", rich_help_panel=LIBRARY, help="Decode in N processes.")
    ] = os.cpu_count() or 1,
) -> int:
    """Group the files that are one picture, largest group first.

    Nothing is deleted. Every two files of a group are verified. After Ctrl-C the next run resumes. A * marks the file
    to keep: the largest picture, then the largest file.

    With --precision, pictures with high scores are grouped instead: similar, ranked but not verified.

    With -0 each group is its paths, each ended by NUL, and one more NUL.
    """
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import dupes_document
    from lookalike.search.ingest.options import Options

    only_one(json=json, print0=print0, long=long)
    if relation is not None and precision is not None:
        raise BadQuery("--relation finds verified groups and --precision groups by score: leave one of them out")
    if by and precision is None:
        raise BadQuery("--by needs --precision: verified groups do not depend on describers")
    with (
        open_chosen(library) as opened,
        bar(common().quiet, "comparing") as advance,
        stop_on_interrupt() as should_stop,
    ):
        options = Options(workers, opened.limits, on_commit=advance, should_stop=should_stop)
        groups = opened.dupes(_relation(relation), precision=precision, by=weights(by), options=options)
        stopped = should_stop()
        if html is not None:
            groups.save_html(html)
    if json:
        write(json_bytes(dupes_document(groups)), output)
    elif print0:
        write(b"".join(nul_separated([*(member.path for member in group.members), ""]) for group in groups), output)
    elif long:
        write(lines(text for group in groups for text in _long(group)), output)
    else:
        write(lines(_short(groups, colour=coloured(output))), output)
    if stopped:
        remark("interrupted, so groups are missing; run the same command again to resume")
        return Exit.INTERRUPTED
    return Exit.DONE if groups else Exit.NOTHING_FOUND


def _relation(name: str | None) -> Relation:
    from lookalike.types import Relation

    known: tuple[Relation, ...] = get_args(Relation)
    found = next((one for one in known if one == (name or "identical")), None)
    if found is None:
        raise UnknownName("relation", str(name), [one for one in known if one != "similar"])
    return found


def _short(groups: Sequence[Group], *, colour: bool) -> Iterator[str]:
    """A heading for each group, a line for each file, and what all could do without."""
    from lookalike.search.duplicates.superfluous import best_of, superfluous
    from lookalike.search.file_state import state_of

    for group in groups:
        weakest = "" if group.relation == "identical" else f", weakest link {score(group.weakest)}"
        heading = styled(group.relation, COLOURS.get(group.relation), colour=colour)
        yield f"{heading}, {counted(len(group.members), 'file')}{weakest}"
        best = best_of(group)
        sizes = ["{} x {}".format(*member.content.size) for member in group.members]
        across = max(map(len, sizes))
        for member, size in zip(group.members, sizes, strict=True):
            state = state_of(member)
            mark = "*" if member is best else " "
            link = group.link(member)
            words = [] if member is best or group.relation == "identical" else [link.relation, *(link.edits or ())]
            words += [] if state == "unchanged" else [state]
            told = styled(f"  {', '.join(words)}", DIM, colour=colour) if words else ""
            yield f"{mark} {size:>{across}}  {file_size(member.content.bytes):>7}  {near(member.path)}{told}"
        yield ""
    if groups:
        spare = superfluous(groups)
        told = f"{counted(spare.files, 'superfluous file')}, {file_size(spare.bytes)}"
        yield f"{counted(len(groups), 'group')}, {told}"


def _long(group: Group) -> Iterator[str]:
    from lookalike.search.duplicates.hard_links import hard_links

    weakest = "" if group.relation == "identical" else f", weakest link {score(group.weakest)}"
    yield f"{group.relation}, {counted(len(group.members), 'file')}{weakest}"
    links = hard_links(group.members)
    for member in group.members:
        width, height = member.content.size
        link = f"  hard link to {shown(links[member.path])}" if member.path in links else ""
        frames = f"  {count} frames" if (count := member.content.frames or 1) > 1 else ""
        yield f"  {shown(member.path)}  {width} x {height}{frames}  {member.content.bytes} bytes{link}"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        dupes,
        "lookalike dupes",
        "lookalike dupes --relation copy --html copies.html",
        group=FIND,
        needs_arguments=False,
    )
