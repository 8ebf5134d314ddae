"""`lookalike resolve`: keep one file of each group, act upon the others, and undo it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from lookalike.app.cli.columns import COLOURS, DIM, coloured, near, styled
from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import ASK, COMPARE, FIND, LIBRARY, Verb, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import (
    Between,
    Json,
    LibraryFolder,
    OutFile,
    Reference,
    Where,
    common,
    open_chosen,
    remark,
)
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.errors import BadQuery, UnknownName
from lookalike.figures import counted, file_size

if TYPE_CHECKING:
    from lookalike.search.groups import Groups
    from lookalike.search.ingest.options import Options
    from lookalike.search.library import Library
    from lookalike.search.resolve.outcomes import Action, Outcome, Resolution
    from lookalike.types import Relation

LAST = "1"


def resolve(
    groups: Annotated[
        str | None,
        typer.Argument(
            metavar="GROUPS",
            help="A file that `lookalike dupes --json` wrote, or - for stdin. [default: asks the library itself]",
            show_default=False,
        ),
    ] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            metavar="RULE",
            rich_help_panel=ASK,
            help="What to keep: reference, whole, pixels, format, exif, quality, oldest, shortest, folder:DIR. "
            "Repeat it: the first rule that tells two files apart decides. [default: the first eight]",
        ),
    ] = None,
    action: Annotated[
        str,
        typer.Option(
            "--action",
            metavar="list|trash|move DIR|hardlink|symlink",
            rich_help_panel=ASK,
            help="What is done to the other files. list touches nothing and says what would happen. [default: list]",
            show_default=False,
        ),
    ] = "list",
    undo: Annotated[
        str | None,
        typer.Option(
            "--undo",
            metavar="[N]",
            rich_help_panel=ASK,
            help="Bring back what the last run, or the last N, acted upon.",
        ),
    ] = None,
    relation: Annotated[
        str,
        typer.Option(
            "--relation",
            metavar="NAME",
            rich_help_panel=COMPARE,
            help="Without GROUPS: identical or copy, and no other. [default: identical]",
            show_default=False,
        ),
    ] = "identical",
    between: Between = None,
    reference: Reference = None,
    where: Where = None,
    shown_share: Annotated[
        float,
        typer.Option(
            "--shown",
            metavar="SHARE",
            rich_help_panel=COMPARE,
            help="Act only on files of which the kept one shows this share. [default: 0.9]",
            show_default=False,
        ),
    ] = 0.9,
    pairs: Annotated[
        bool, typer.Option("--pairs/--no-pairs", help="Also act on one half of a RAW or HEIC file and its JPEG.")
    ] = False,
    bursts: Annotated[
        bool, typer.Option("--bursts/--no-bursts", help="Also act on pictures that were taken one after the other.")
    ] = False,
    json: Json = False,
    output: OutFile = None,
    library: LibraryFolder = None,
    workers: Annotated[
        int, typer.Option(min=1, metavar="N", rich_help_panel=LIBRARY, help="Decode and compare in N processes.")
    ] = os.cpu_count() or 1,
) -> int:
    """Keep one file of each group; trash, move or link the rest.

    Without --action it touches nothing, and says what would happen. Only files that are identical to the kept one, or
    copies of it, are acted upon, each after its bytes were compared with those that were indexed. The library follows,
    and --undo brings the files back.
    """
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import resolve_document
    from lookalike.search.ingest.options import Options

    asked = _Asked(relation, between, reference or [], where)
    asked.check(groups, undo)
    name, into = _action(action)
    with (
        open_chosen(library) as opened,
        bar(common().quiet, "comparing") as advance,
        stop_on_interrupt() as should_stop,
    ):
        options = Options(workers, opened.limits, on_commit=advance, should_stop=should_stop)
        if undo is not None:
            found = opened.undo(_runs(undo), options=options)
        else:
            held = asked.groups(groups, opened, options)
            found = held.resolve(keep or (), name, into, pairs=pairs, bursts=bursts, shown=shown_share)
    write(json_bytes(resolve_document(found)) if json else lines(_text(found, colour=coloured(output))), output)
    _remark(found)
    return _code(found)


class _Asked:
    """Which groups: of a document, or a question of its own."""

    def __init__(self, relation: str, between: tuple[str, str] | None, reference: list[str], where: str | None) -> None:
        self.relation = relation
        self.between = between
        self.reference = reference
        self.where = where

    def check(self, groups: str | None, undo: str | None) -> None:
        """Raises `BadQuery` for what does not go together, or is never acted upon."""
        question = self.between is not None or self.where is not None or self.relation != "identical"
        if undo is not None and (groups is not None or question or self.reference):
            raise BadQuery("--undo takes no groups and no question: it undoes what the last runs did")
        if groups is not None and question:
            raise BadQuery("GROUPS are what is acted upon: ask --relation, --between and --where of `lookalike dupes`")
        self._relation()

    def _relation(self) -> Relation:
        from lookalike.app.cli.commands.dupes import relation_named
        from lookalike.search.duplicates.superfluous import ONE_PICTURE

        found = relation_named(self.relation)
        if found not in ONE_PICTURE:
            raise BadQuery(f"{found} files are never acted upon: only --relation identical and --relation copy are")
        return found

    def groups(self, document: str | None, library: Library, options: Options) -> Groups:
        """Groups to act upon."""
        if document is not None:
            return library.read_groups(_read(document), reference=self.reference, options=options)
        return library.dupes(
            self._relation(), between=self.between, reference=self.reference, where=self.where, options=options
        )


def joined(words: list[str]) -> list[str]:
    """Words with `--action move DIR` and `--undo [N]` as one word each."""
    found: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--action" and left:
            word = f"--action={left.pop(0)}"
        if word == "--action=move" and left and not left[0].startswith("--"):
            word = f"--action=move:{left.pop(0)}"
        if word == "--undo":
            word = f"--undo={left.pop(0) if left and left[0].isdecimal() else LAST}"
        found.append(word)
    return found


class _Resolve(Verb):
    """A verb in which an option takes a further word, or none."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Arguments as any verb takes them."""
        return super().parse_args(ctx, joined(args))


def _action(text: str) -> tuple[Action, str | None]:
    from lookalike.search.resolve.outcomes import Action

    known: tuple[Action, ...] = get_args(Action)
    name, colon, into = text.partition(":")
    found = next((each for each in known if each == name), None)
    if found is None or (colon and found != "move"):
        raise UnknownName("action", text, known)
    return found, into if colon else None


def _runs(text: str) -> int:
    if not text.isdecimal():
        raise BadQuery(f"--undo {text!r} is no number: name how many of the last runs to undo")
    return int(text)


def _read(name: str) -> object:
    import json
    import sys

    try:
        return json.loads(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
    except ValueError as error:
        raise BadQuery(f"{name!r} is no JSON: give what `lookalike dupes --json` printed") from error


def _text(resolution: Resolution, *, colour: bool) -> Iterator[str]:
    """A heading for each group, a line for each file, and what came of all."""
    for group in resolution.groups:
        if group.relation is not None:
            heading = styled(group.relation, COLOURS.get(group.relation), colour=colour)
            yield f"{heading}, {counted(len(group.outcomes), 'file')}"
        yield from (_line(outcome, colour=colour) for outcome in group.outcomes)
        yield ""
    counts = ", ".join(f"{count:,} {fate}" for fate, count in resolution.counts.items())
    freed = f"; {file_size(resolution.freed)} {_FREED[resolution.action]}" if resolution.action in _FREED else ""
    number = counted(len(resolution.groups), "run" if resolution.action == "undo" else "group")
    yield f"{number}: {counts or 'nothing'}{freed}"


_FREED = {
    "list": "could be freed",
    "trash": "freed when the trash is emptied",
    "move": "moved away",
    "hardlink": "freed",
    "symlink": "freed",
}


def _line(outcome: Outcome, *, colour: bool) -> str:
    mark = "*" if outcome.fate == "kept" else " "
    size = file_size(outcome.bytes) if outcome.bytes else ""
    why = styled(f"  {shown(outcome.why)}", DIM, colour=colour)
    return f"{mark} {outcome.fate:<11} {size:>7}  {near(outcome.path)}{why}"


def _remark(resolution: Resolution) -> None:
    if resolution.recovered:
        remark(f"{counted(resolution.recovered, 'act')} of a run that was killed came to an end first")
    if resolution.interrupted:
        remark("interrupted; run the same command again to go on")
    if resolution.action == "list" and resolution.counts.get("superfluous"):
        remark("nothing was touched: --action trash puts these in the trash, --action move DIR sets them aside")
    if resolution.run is not None:
        remark("bring them back with: lookalike resolve --undo")


def _code(resolution: Resolution) -> int:
    if resolution.interrupted:
        return Exit.INTERRUPTED
    if resolution.failed:
        return Exit.SOME_FAILED
    return Exit.DONE if resolution.outcomes else Exit.NOTHING_FOUND


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        resolve,
        "lookalike resolve",
        "lookalike resolve --relation copy --reference ~/Pictures/best --action trash",
        "lookalike resolve groups.json --keep folder:~/Pictures --keep oldest --action move ~/aside",
        "lookalike resolve --undo",
        group=FIND,
        needs_arguments=False,
        kind=_Resolve,
    )
