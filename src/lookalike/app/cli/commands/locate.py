"""`lookalike locate`: where does a template lie in a picture?"""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from lookalike.app.cli.commands.locate_library import locate_in_library, place_line
from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import FIND, add_verb
from lookalike.app.cli.options import Json, LibraryFolder, OutFile, remark
from lookalike.app.cli.output import json_bytes, lines, write
from lookalike.errors import BadQuery

if TYPE_CHECKING:
    from lookalike.protocols import Locator

Range = tuple[float, float]


def locate(
    template: Annotated[str, typer.Argument(metavar="TEMPLATE", help="The template: a file, - for stdin, a URL.")],
    image: Annotated[str | None, typer.Argument(metavar="[IMAGE]", help="The picture to search; none with -l.")] = None,
    whole: Annotated[bool, typer.Option("-l", "--in-library", help="Search all pictures of the library.")] = False,
    method: Annotated[
        str,
        typer.Option(
            "--method", metavar="NAME", help="sqdiff, ccorr, zsqdiff or ccoeff, with -normed; z and coeff bear light."
        ),
    ] = "ccoeff-normed",
    k: Annotated[
        int | None,
        typer.Option("-k", "--limit", min=1, metavar="K", help="Show at most K places [default: 1; 20 with -l]."),
    ] = None,
    least: Annotated[
        float | None,
        typer.Option(
            "--least",
            metavar="SCORE",
            help="Show only places of at least this score [default: those where it is, and not merely like it].",
        ),
    ] = None,
    like: Annotated[
        bool, typer.Option("--like", help="Also places that are merely like it, after those where it is.")
    ] = False,
    scales: Annotated[
        str | None, typer.Option("--scales", metavar="A:B", help="Try these sizes, relative to its own: 0.5:2.")
    ] = None,
    angles: Annotated[
        str | None,
        typer.Option("--angles", metavar="A:B", help="Try these turns, in degrees clockwise: -180:180."),
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option("--also", metavar="FILE", help="Search for this template too. Repeatable.")
    ] = None,
    mask: Annotated[
        str | None,
        typer.Option("--mask", metavar="FILE", help="Compare where this picture of TEMPLATE's size is light."),
    ] = None,
    colour: Annotated[bool, typer.Option("--colour", help="Compare in colour, not in grey.")] = False,
    engine: Annotated[
        str,
        typer.Option("--engine", metavar="NAME", help="fast; exact: every window, whatever it takes; poses; phase."),
    ] = "fast",
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="FILE.png", help="Also draw a heat map of the score.")
    ] = None,
    where: Annotated[
        str | None, typer.Option("--where", metavar="EXPR", help="With -l: search only pictures that pass this filter.")
    ] = None,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Find where a template lies in a picture, best place first.

    With -l, find which pictures of the library hold it, and where.
    """
    from lookalike.app.documents import locate_document
    from lookalike.search.locate import locate_each

    if least is not None and math.isnan(least):
        raise BadQuery("--least takes a number, not nan")
    sizes = None if scales is None else _range("--scales", scales)
    turns = None if angles is None else _range("--angles", angles)
    settings = _compared(engine if sizes is None and turns is None else "poses", method, colour)
    if whole:
        if image is not None or mask is not None or map_file is not None or also:
            raise BadQuery(
                "-l looks for one template in all pictures of the library: "
                "it takes no IMAGE, no --also, no --mask and no --map"
            )
        if like:
            raise BadQuery("-l tells where the template is, not what is like it: leave out --like, or give --least")
        if turns is not None:
            raise BadQuery(
                "-l looks for the template as it is turned: `lookalike search TEMPLATE` finds pictures that hold it "
                "turned, if it has detail, and `lookalike locate TEMPLATE IMAGE --angles A:B` tells where in each"
            )
        if engine not in ("fast", "exact"):
            raise BadQuery(f"-l compares windows, which {engine!r} does not: use --engine fast or exact")
        return locate_in_library(
            _source(template),
            library,
            k=k or 20,
            least=least,
            locator=_engine(engine, settings) if settings or engine != "fast" else None,
            where=where,
            scales=sizes or (1.0, 1.0),
            json=json,
            output=output,
        )
    if image is None or where is not None:
        raise BadQuery("locate wants TEMPLATE and IMAGE, or TEMPLATE and -l for the whole library, then with --where")
    if map_file is not None and also:
        raise BadQuery("--map draws a map of one template: leave out --also, or ask for each by itself")
    if sizes is not None or turns is not None:
        engine, settings = _posed(engine, settings, sizes or (1.0, 1.0), turns or (0.0, 0.0))
    locator = _engine("exact" if map_file is not None and engine == "fast" else engine, settings)
    names = [template, *(also or [])]
    searches = locate_each(
        [_source(name) for name in names], _source(image), k=k or 1, mask=mask, least=least, like=like, locator=locator
    )
    for name, one in zip(names, searches, strict=True):
        if one.why is not None:
            remark(f"{name}: {one.why}")
        elif not one.located.certain and engine != "phase":
            remark("not sure that these are the best places: use --engine exact")
    if map_file is not None:
        searches[0].save_map(map_file)
    rows = [(name, place) for name, one in zip(names, searches, strict=True) for place in one.located.placements]
    if json:
        write(json_bytes(locate_document(image, rows)), output)
    else:
        write(lines((f"{name}  " if also else "") + place_line(place) for name, place in rows), output)
    return Exit.DONE if rows else Exit.NOTHING_FOUND


def _source(name: str) -> str | bytes:
    return sys.stdin.buffer.read() if name == "-" else name


def _engine(name: str, settings: dict[str, object]) -> Locator:
    from lookalike.match import LOCATORS

    return LOCATORS.make(name, settings)


def _compared(engine: str, method: str, colour: bool) -> dict[str, object]:
    """Settings that differ from the defaults, for an engine that has windows to compare."""
    from lookalike.match.locate.comparisons import Comparison

    if method not in get_args(Comparison):
        raise BadQuery(f"--method takes one of {', '.join(get_args(Comparison))}, not {method!r}")
    settings: dict[str, object] = {} if method == "ccoeff-normed" else {"comparison": method}
    settings |= {"colour": True} if colour else {}
    if settings and engine in ("poses", "phase"):
        instead = "sizes and turns in grey, by ccoeff-normed" if engine == "poses" else "the phases of grey waves"
        raise BadQuery(f"the engine {engine!r} compares {instead}: leave out --method and --colour")
    return settings


def _posed(engine: str, settings: dict[str, object], sizes: Range, turns: Range) -> tuple[str, dict[str, object]]:
    """The engine that knows poses, and its settings."""
    if engine not in ("fast", "poses"):
        raise BadQuery(f"the engine {engine!r} knows one size and no turn: leave --engine out with --scales, --angles")
    poses = {"smallest": sizes[0], "largest": sizes[1], "least_angle": turns[0], "most_angle": turns[1]}
    return "poses", settings | poses


def _range(option: str, text: str) -> Range:
    try:
        low, high = (float(end) for end in text.split(":"))
    except ValueError:
        raise BadQuery(f"{option} takes two numbers, FROM:TO, not {text!r}") from None
    return low, high


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        locate,
        "lookalike locate logo.png page.png --scales 0.5:2 --angles -180:180",
        "lookalike locate logo.png -l",
        group=FIND,
    )
