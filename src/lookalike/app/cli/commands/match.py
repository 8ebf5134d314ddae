"""`lookalike match`: what two pictures share, place by place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import COMPARE, OUTPUT, PAIR, add_verb
from lookalike.app.cli.options import Json, OutFile
from lookalike.app.cli.output import json_bytes, lines, write
from lookalike.errors import BadSetting

if TYPE_CHECKING:
    from lookalike.search.match import Matched

PARTS: Final = ("local", "with")
"""Components that have settings."""


def match(
    a: Annotated[str, typer.Argument(metavar="A", help="A picture file, - for stdin, or an http(s) URL.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other picture.")],
    local: Annotated[
        str,
        typer.Option(
            "--local",
            metavar="NAME",
            rich_help_panel=COMPARE,
            help="Extract these local features: sift, orb, xfeat, ... (list: describers --local).",
        ),
    ] = "sift",
    matcher: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="NAME",
            rich_help_panel=COMPARE,
            help="Match with nearest, spectral, gms, lightglue or superglue.",
        ),
    ] = "nearest",
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PART.FIELD=VALUE",
            rich_help_panel=COMPARE,
            help="Set a field of features or matcher, e.g. local.side=1024 or with.ratio=0.8. Repeatable.",
        ),
    ] = None,
    json: Json = False,
    draw: Annotated[
        Path | None,
        typer.Option(
            "--draw",
            metavar="FILE.png",
            rich_help_panel=OUTPUT,
            help="Also draw keypoints, matches and the outline of A in B.",
        ),
    ] = None,
    output: OutFile = None,
) -> int:
    """Match the local features of two pictures.

    Prints the transform from A to B and its inliers. Exit code 1 means that no geometry explains the matches better
    than chance. No library is needed.
    """
    import sys

    from lookalike.app.documents import match_document
    from lookalike.search.match import match as matched

    first, second = (sys.stdin.buffer.read() if name == "-" else name for name in (a, b))
    of_local, of_matcher = (_settings(settings or [], part) for part in PARTS)
    result = matched(first, second, local=local, matcher=matcher, local_settings=of_local, matcher_settings=of_matcher)
    if draw is not None:
        result.save_drawing(draw)
    write(json_bytes(match_document(result)) if json else lines(_told(result)), output)
    return Exit.NOTHING_FOUND if result.found.geometry is None else Exit.DONE


def _settings(words: list[str], wanted: str) -> dict[str, str]:
    """Settings of one component; raises `BadSetting` for a word that is of none."""
    settings = {}
    for word in words:
        name, equals, value = word.partition("=")
        part, dot, field = name.partition(".")
        if not (equals and dot) or part not in PARTS:
            raise BadSetting(f"--set takes local.FIELD=VALUE or with.FIELD=VALUE, not {word!r}")
        if part == wanted:
            settings[field] = value
    return settings


def _told(result: Matched) -> list[str]:
    counts = " and ".join(str(len(features)) for features in result.features)
    geometry, total = result.found.geometry, len(result.found.matches)
    if geometry is None:
        return [f"No geometry explains the {total} matches between {counts} keypoints better than chance."]
    kind = f"mirrored {geometry.kind}" if geometry.mirrored else geometry.kind
    told = f"{kind}: {int(geometry.inliers.sum())} inliers of {total} matches between {counts} keypoints"
    rows = ("  " + "  ".join(f"{value:12.6g}" for value in row) for row in geometry.model)
    return [f"{told}; as many by chance: probability {geometry.nfa:.0e} or less.", *rows]


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        match,
        "lookalike match a.jpg b.jpg --draw matches.png",
        "lookalike match a.jpg b.jpg --local xfeat --with lightglue",
        group=PAIR,
    )
