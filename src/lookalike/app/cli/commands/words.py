"""`lookalike words`: captions of one's own teach a library their words."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import Verbs, add_verb
from lookalike.app.cli.options import Json, LibraryFolder, open_chosen
from lookalike.app.cli.output import json_bytes, lines, write
from lookalike.figures import counted

if TYPE_CHECKING:
    from lookalike.search.teach_words import Lesson

app = typer.Typer(cls=Verbs, help="Teach a library the words of your captions.", no_args_is_help=True)


def fit(
    captions: Annotated[
        Path, typer.Argument(metavar="TABLE", help="A CSV or TSV of paths and captions; 100 pictures or more.")
    ],
    library: LibraryFolder = None,
    json: Json = False,
) -> int:
    """Teach the library the words of your captions.

    It is tried on pictures that are left out, and kept only where it finds more than before.
    """
    from lookalike.app.documents import document

    with open_chosen(library) as opened:
        lesson = opened.teach_words(captions)
    write(json_bytes(document("words", **asdict(lesson))) if json else lines(_told(lesson)))
    return Exit.DONE if lesson.kept else Exit.NOTHING_FOUND


def _told(lesson: Lesson) -> list[str]:
    unknown = f"; {lesson.unknown} captions name files that the library does not hold" if lesson.unknown else ""
    gain, low, high = lesson.gain
    rows = {"class names alone": lesson.labels, "your words beside these": lesson.fitted}
    return [
        f"{counted(lesson.pictures, 'picture')} with {counted(lesson.captions, 'caption')}{unknown}",
        f"{'captions of pictures left out find them by':46}{'first':>7}{'among ten':>12}",
        *(f"  {name:44}{recall.first:7.3f}{recall.ten:12.3f}" for name, recall in rows.items()),
        f"  gain among ten {gain:+.3f} (95 %: {low:+.3f} to {high:+.3f})",
        "kept: `search text:...` asks taught_words from now on"
        if lesson.kept
        else "not kept: this may be chance; more captions may help",
    ]


def forget(library: LibraryFolder = None, json: Json = False) -> int:
    """Drop what the library was taught."""
    from lookalike.app.documents import document

    with open_chosen(library) as opened:
        forgotten = opened.forget_words()
    told = "forgotten: `search text:...` asks class_words again" if forgotten else "nothing was taught"
    write(json_bytes(document("words", forgotten=forgotten)) if json else lines([told]))
    return Exit.DONE if forgotten else Exit.NOTHING_FOUND


add_verb(app, fit, "lookalike words fit captions.csv", group="Commands")
add_verb(app, forget, "lookalike words forget", group="Commands", needs_arguments=False)
