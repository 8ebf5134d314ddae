"""`lookalike adapt`: the classes of one's own pictures teach the library which differences count."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import KEEP, add_verb
from lookalike.app.cli.options import Json, LibraryFolder, open_chosen
from lookalike.app.cli.output import json_bytes, lines, write
from lookalike.errors import BadSetting
from lookalike.figures import counted

if TYPE_CHECKING:
    from lookalike.learn.adapt import Adaptation, Gain


def adapt(
    by: Annotated[
        str,
        typer.Option("--by", metavar="label|folder|KEY", help="Classes: labels, folders, or values of a fact."),
    ] = "label",
    where: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="Learn from pictures that pass this filter.")
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Drop what was learned: all is as before.")] = False,
    library: LibraryFolder = None,
    json: Json = False,
) -> int:
    """Learn which differences count, by your classes.

    It is tried on classes that are left out, and kept only where it finds more of them. No picture is read.
    """
    from lookalike.app.documents import document

    if forget and where is not None:
        raise BadSetting("--forget drops all that was learned: leave out --where")
    with open_chosen(library) as opened:
        if forget:
            dropped = opened.forget_adapted()
            told = "forgotten: `search` asks convnet alone again" if dropped else "nothing was learned"
            write(json_bytes(document("adapt", forgotten=dropped)) if json else lines([told]))
            return Exit.DONE if dropped else Exit.NOTHING_FOUND
        found = opened.adapt(by=by, where=where)
    write(json_bytes(document("adapt", **_figures(found))) if json else lines(_told(found)))
    return Exit.DONE if found.kept else Exit.NOTHING_FOUND


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
        f"{'MAP@R of questions about':40}{'as it is':>10}{'adapted':>10}   gain (95 %)",
        _row("classes that it never saw", found.strangers),
        _row("new pictures of classes that it saw", found.known),
        f"{setting.kind}, shrinkage {setting.shrinkage:g}, counts {setting.share:g} and convnet {1 - setting.share:g}",
        "kept: `search` asks adapted beside convnet from now on; `adapt --forget` undoes it"
        if found.kept
        else "not kept: the gain on classes that it never saw may be chance; more labels may help",
    ]


def _row(name: str, gain: Gain) -> str:
    told = f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
    return f"  {name:38}{gain.plain:10.3f}{gain.adapted:10.3f}   {told}"


def add_to(app: typer.Typer) -> None:
    add_verb(app, adapt, "lookalike adapt --by folder", "lookalike adapt --forget", group=KEEP, needs_arguments=False)
