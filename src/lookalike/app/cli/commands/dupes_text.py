"""Groups of duplicates as text, and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lookalike.app.cli.columns import COLOURS, DIM, near, styled
from lookalike.app.cli.output import shown
from lookalike.figures import counted, file_size, score

if TYPE_CHECKING:
    from lookalike.search.duplicates.identical import Group

HEADS = (
    *("group", "relation", "best", "path", "width", "height", "format", "bytes", "date", "file", "relation_to_best"),
    *("shown_by_best", "edits", "companion", "could_go"),
)


def short(groups: Sequence[Group], *, colour: bool) -> Iterator[str]:
    """A heading for each group, a line for each file, and what all could do without."""
    from lookalike.search.duplicates.scope import companions
    from lookalike.search.duplicates.superfluous import best_of, superfluous
    from lookalike.search.file_state import state_of
    from lookalike.store.matching import date_of

    for group in groups:
        yield _heading(group, colour=colour)
        best = best_of(group)
        beside = companions(group, best or group.best)
        sizes = ["{} x {}".format(*member.content.size) for member in group.members]
        across = max(map(len, sizes))
        copies = {each.path: of.best for of in group.within for each in of.members[1:] if of.best is not group.best}
        for member, size in zip(group.members, sizes, strict=True):
            state = state_of(member)
            mark = "*" if member is best else " "
            link = group.link(member)
            words = [] if member is best or group.relation == "identical" else [link.relation, *(link.edits or ())]
            words += [f"copy of {shown(Path(copies[member.path].path).name)}"] if member.path in copies else []
            words += [beside[member.path].words] if member.path in beside else []
            words += ["reference"] if member.path in group.reference else []
            words += [] if state == "unchanged" else [state]
            told = styled(f"  {', '.join(words)}", DIM, colour=colour) if words else ""
            facts = f"{size:>{across}}  {file_size(member.content.bytes):>7}  {date_of(member)[:10]}"
            yield f"{mark} {facts}  {near(member.path)}{told}"
        yield ""
    if groups:
        spare = superfluous(groups)
        told = f"{counted(spare.files, 'superfluous file')}, {file_size(spare.bytes)}"
        yield f"{counted(len(groups), 'group')}, {told}"


def _heading(group: Group, *, colour: bool) -> str:
    from lookalike.search.duplicates.superfluous import superfluous

    relation = styled(group.relation, COLOURS.get(group.relation), colour=colour)
    weakest = "" if group.relation == "identical" else f", weakest link {score(group.weakest)}"
    bytes_freed = superfluous([group]).bytes
    freed = f", {file_size(bytes_freed)} could be freed" if bytes_freed else ""
    return f"{relation}, {counted(len(group.members), 'file')}{weakest}{freed}"


def long(group: Group) -> Iterator[str]:
    """A heading, and a line for each file with its whole path."""
    from lookalike.search.duplicates.hard_links import hard_links
    from lookalike.store.matching import date_of

    weakest = "" if group.relation == "identical" else f", weakest link {score(group.weakest)}"
    yield f"{group.relation}, {counted(len(group.members), 'file')}{weakest}"
    links = hard_links(group.members)
    for member in group.members:
        width, height = member.content.size
        link = f"  hard link to {shown(links[member.path])}" if member.path in links else ""
        frames = f"  {count} frames" if (count := member.content.frames or 1) > 1 else ""
        facts = f"{width} x {height}{frames}  {member.content.bytes} bytes  {date_of(member)[:10]}"
        yield f"  {shown(member.path)}  {facts}{link}"


def table(groups: Sequence[Group]) -> bytes:
    """Comma-separated values, a row for each file; names are their very bytes."""
    from lookalike.search.duplicates.scope import companions
    from lookalike.search.duplicates.superfluous import best_of, spare_of
    from lookalike.search.file_state import state_of
    from lookalike.store.matching import date_of

    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADS)
    for number, group in enumerate(groups, 1):
        best = best_of(group)
        beside = companions(group, best or group.best)
        spare = {member.path for member in spare_of(group, best)}
        for member in group.members:
            content, link = member.content, group.link(member)
            rows.writerow(
                [
                    *(number, group.relation, _yes(member is best), member.path, *content.size, content.format),
                    *(content.bytes, date_of(member), state_of(member), link.relation, round(link.coverage[0], 4)),
                    *("; ".join(link.edits or ()), beside[member.path].kind if member.path in beside else ""),
                    _yes(member.path in spare),
                ]
            )
    return text.getvalue().encode("utf-8", "surrogateescape")


def _yes(is_so: bool) -> str:
    return "yes" if is_so else ""
