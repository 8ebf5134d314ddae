"""`lookalike locate`: where does a template lie in a picture?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.commands.locate_library import locate_in_library
from lookalike.app.cli.exits import Exit
from lookalike.app.cli.options import Json, LibraryFolder, OutFile
from lookalike.app.cli.output import json_bytes, lines, note, write

if TYPE_CHECKING:
    from lookalike.types import Placement


def locate(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="What to look for: a file, - for stdin, a URL.")],
    image: Annotated[str | None, typer.Argument(metavar="[IMAGE]", help="Where to look, unless -l.")] = None,
    whole: Annotated[bool, typer.Option("-l", "--in-library", help="Look in all pictures of the library.")] = False,
    method: Annotated[
        str,
        typer.Option(
            "--method", metavar="NAME", help="sqdiff, ccorr, zsqdiff or ccoeff, with -normed; z and coeff bear light."
        ),
    ] = "ccoeff-normed",
    k: Annotated[
        int | None, typer.Option("-k", "--limit", min=1, help="How many places [default: 1; 20 with -l].")
    ] = None,
    least: Annotated[
        float | None,
        typer.Option("--least", metavar="SCORE", help="Only places that score so high [default with -l: .9]."),
    ] = None,
    mask: Annotated[
        str | None,
        typer.Option("--mask", metavar="FILE", help="Compare where this picture of TEMPLATE's size is light."),
    ] = None,
    colour: Annotated[bool, typer.Option("--colour", help="Compare in colour, not in grey.")] = False,
    engine: Annotated[
        str, typer.Option("--engine", metavar="NAME", help="fast, or exact: every window, whatever it takes.")
    ] = "fast",
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE.png", help="Also draw where the template fits how well.")
    ] = None,
    where: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="With -l: only in pictures that pass this filter.")
    ] = None,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Say where in a picture a template lies, best place first; with -l in which pictures of the library, and where."""
    import sys

    from lookalike.app.documents import locate_document
    from lookalike.errors import BadQuery
    from lookalike.match import LOCATORS
    from lookalike.search.locating import locate as located

    settings: dict[str, object] = {} if method == "ccoeff-normed" else {"comparison": method}
    settings |= {"colour": True} if colour else {}  # not every engine compares in colour
    locator = LOCATORS.make("exact" if map_file is not None else engine, settings)
    if whole:
        if image is not None or mask is not None or map_file is not None:
            raise BadQuery("-l looks in all pictures of the library: it takes no IMAGE, no --mask and no --map")
        chosen = locator if settings or engine != "fast" else None
        source = sys.stdin.buffer.read() if template == "-" else template
        return locate_in_library(
            source, library, k=k or 20, least=least, locator=chosen, where=where, json=json, output=output
        )
    if image is None or where is not None:
        raise BadQuery("locate wants TEMPLATE and IMAGE, or TEMPLATE and -l for the whole library, then with --where")
    first, second = (sys.stdin.buffer.read() if name == "-" else name for name in (template, image))
    found = located(first, second, k=k or 1, mask=mask, locator=locator)
    if map_file is not None:
        found.save_map(map_file)
    places = [one for one in found.located.placements if least is None or one.score >= least]
    if not found.located.certain:
        note("not sure that these are the best places: use --engine exact")
    write(json_bytes(locate_document(image, places)) if json else lines(map(_line, places)), output)
    return Exit.DONE if places else Exit.NOTHING_FOUND


def _line(place: Placement) -> str:
    x, y, width, height = place.box
    return f"{place.score:.4f}  at {x:.1f}, {y:.1f}  {width:.0f} x {height:.0f}"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    app.command(no_args_is_help=True)(locate)
