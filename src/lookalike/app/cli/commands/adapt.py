"""`lookalike adapt`: classes, or edited copies, of one's own pictures teach the library which differences count."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.gains import gained, heading
from lookalike.app.cli.help import KEEP, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import Json, LibraryFolder, common, open_chosen
from lookalike.app.cli.output import json_bytes, lines, write
from lookalike.errors import BadSetting
from lookalike.figures import counted

if TYPE_CHECKING:
    from lookalike.learn.adapt import Adaptation
    from lookalike.learn.own_copies import SelfAdaptation


def adapt(
    by: Annotated[
        str,
        typer.Option("--by", metavar="label|folder|KEY", help="Classes: labels, folders, or values of a fact."),
    ] = "label",
    where: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="Learn from pictures that pass this filter.")
    ] = None,
    self: Annotated[
        bool, typer.Option("--self", help="Learn from edited copies of the pictures; needs no classes.")
    ] = False,
    originals: Annotated[int, typer.Option(min=40, metavar="N", help="With --self: edit N pictures.")] = 200,
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="With --self: edit in N processes.")] = os.cpu_count()
    or 1,
    forget: Annotated[bool, typer.Option("--forget", help="Drop what was learned: all is as before.")] = False,
    library: LibraryFolder = None,
    json: Json = False,
) -> int:
    """Learn which differences count, by your classes or by edits.

    It is tried on classes that are left out, and kept only where it finds more of them; no picture is read. With
    --self, pictures are edited, and it is tried on other pictures and other edits.
    """
    from lookalike.app.documents import document

    if forget and (where is not None or self):
        raise BadSetting("--forget drops all that was learned: leave out --where and --self")
    if self and (where is not None or by != "label"):
        raise BadSetting("--self needs no classes: leave out --by and --where")
    if self:
        return _by_copies(originals, workers, library, json=json)
    with open_chosen(library) as opened:
        if forget:
            dropped = opened.forget_adapted()
            told = "forgotten: `search` asks convnet alone again" if dropped else "nothing was learned"
            write(json_bytes(document("adapt", forgotten=dropped)) if json else lines([told]))
            return Exit.DONE if dropped else Exit.NOTHING_FOUND
        found = opened.adapt(by=by, where=where)
    write(json_bytes(document("adapt", **_figures(found))) if json else lines(_told(found)))
    return Exit.DONE if found.kept else Exit.NOTHING_FOUND


def _by_copies(originals: int, workers: int, library: str | None, *, json: bool) -> int:
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import document
    from lookalike.search.ingest.options import Options

    with (
        open_chosen(library) as opened,
        bar(common().quiet, "editing") as advance,
        stop_on_interrupt() as should_stop,
    ):
        options = Options(workers, on_commit=advance, should_stop=should_stop)
        found = opened.adapt_self(originals=originals, options=options)
    if found is None:
        return Exit.INTERRUPTED
    figures = {
        "pictures": found.pictures,
        "map": found.name,
        "share": found.share,
        "micro_ap": asdict(found.micro_ap),
        "recall@p99": asdict(found.recall),
        "kept": found.kept,
    }
    write(json_bytes(document("adapt", **figures)) if json else lines(_told_of_copies(found)))
    return Exit.DONE if found.kept else Exit.NOTHING_FOUND


def _told_of_copies(found: SelfAdaptation) -> list[str]:
    return [
        f"copies of {counted(found.pictures, 'picture')}; judged by pictures and edits that it never saw",
        heading("by looks alone", "as it is", "adapted"),
        gained("micro-AP", found.micro_ap),
        gained("recall at 99 % precision", found.recall),
        f"{found.name}, counts {found.share:g} and convnet {1 - found.share:g}",
        "kept: `search` asks adapted beside convnet from now on; `adapt --forget` undoes it"
        if found.kept
        else "not kept: the gain on pictures and edits that it never saw may be chance",
    ]


def _figures(found: Adaptation) -> dict[str, object]:
    return {
        "classes": found.classes,
        "pictures": found.pictures,
        "setting": asdict(found.setting),
        "strangers": asdict(found.strangers),
        "known": asdict(found.known),
        "kept": found.kept,
    }


def _told(found: Adaptation) -> list[str]:
    setting = found.setting
    return [
        f"{counted(found.pictures, 'picture')} of {found.classes} classes",
        heading("MAP@R of questions about", "as it is", "adapted"),
        gained("classes that it never saw", found.strangers),
        gained("new pictures of classes that it saw", found.known),
        f"best of those tried: {setting.kind}, shrinkage {setting.shrinkage:g}, counts {setting.share:g} and "
        f"convnet {1 - setting.share:g}",
        "kept: `search` asks adapted beside convnet from now on; `adapt --forget` undoes it"
        if found.kept
        else "not kept, all is as before: on classes that it never saw the gain may be chance; label more classes",
    ]


def add_to(app: typer.Typer) -> None:
    add_verb(
        app,
        adapt,
        "lookalike adapt --by folder",
        "lookalike adapt --self",
        "lookalike adapt --forget",
        group=KEEP,
        needs_arguments=False,
    )
