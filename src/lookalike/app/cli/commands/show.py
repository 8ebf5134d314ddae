"""`lookalike show`: one picture as a method sees it; `lookalike samples`: pictures to try every verb on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import KEEP, OUTPUT, PAIR, add_verb
from lookalike.app.cli.options import Json
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.errors import BadQuery
from lookalike.figures import counted


def show(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="What to draw: histogram, spectrum, texture, keypoints, parts or classes; of two pictures: agreement.",
        ),
    ],
    pictures: Annotated[
        list[str], typer.Argument(metavar="PICTURE...", help="A picture file, - for stdin, or an http(s) URL.")
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE.png", rich_help_panel=OUTPUT, help="Write the drawing here.")
    ],
    with_: Annotated[
        str,
        typer.Option("--with", metavar="NAME[:FIELD=VALUE]", help="With agreement: the describer that compares."),
    ] = "convnet",
    json: Json = False,
) -> int:
    """Draw what one method sees in a picture, or where two agree.

    The sentence below the drawing is printed. No library is needed.
    """
    from lookalike.app.documents import document
    from lookalike.search.show import PAIRS, show_pair
    from lookalike.search.show import show as drawn

    count = 2 if kind in PAIRS else 1
    if len(pictures) != count:
        raise BadQuery(f"{kind!r} is drawn of {counted(count, 'picture')}, not of {len(pictures)}")
    first, *others = (sys.stdin.buffer.read() if picture == "-" else picture for picture in pictures)
    found = show_pair(kind, first, others[0], with_) if others else drawn(kind, first)
    found.save(output)
    write(json_bytes(document("show", kind=kind, line=found.line, file=str(output))) if json else lines([found.line]))
    return Exit.DONE


def samples(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder, new or empty.")],
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed: another one draws other pictures.")] = 0,
    json: Json = False,
) -> int:
    """Draw pictures to try every verb on.

    Scenes, surfaces, signs and charts drawn by this program, edited copies and near misses of some, and a template.
    They may be passed on freely.
    """
    from lookalike.app.documents import document
    from lookalike.search.samples import write_samples

    written = write_samples(folder, seed)
    if json:
        write(json_bytes(document("samples", folder=str(folder), files=[str(path) for path in written])))
    else:
        write(lines([f"{counted(len(written), 'picture')} in {shown(str(folder))}; README.txt says what to try"]))
    return Exit.DONE


def add_to(app: typer.Typer) -> None:
    """Registers the verbs."""
    add_verb(
        app,
        show,
        "lookalike show keypoints photo.jpg -o keypoints.png",
        "lookalike show agreement a.jpg b.jpg -o agreement.png --with trained:model=goods",
        group=PAIR,
    )
    add_verb(app, samples, "lookalike samples pictures-to-try", group=KEEP)
