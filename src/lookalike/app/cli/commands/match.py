"""`lookalike match`: what two pictures share, place by place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.options import Json, OutFile
from lookalike.app.cli.output import json_bytes, lines, write
from lookalike.errors import BadSetting

if TYPE_CHECKING:
    from lookalike.search.match import Matched

PARTS: Final = ("local", "with")
"""What a setting is of."""


def match(
    a: Annotated[str, typer.Argument(metavar="A", help="A picture file, - for stdin, or an http(s) URL.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other.")],
    local: Annotated[
        str, typer.Option("--local", metavar="NAME", help="Local features: sift, orb, xfeat, ...")
    ] = "sift",
    matcher: Annotated[
        str,
        typer.Option("--with", metavar="NAME", help="What matches them: nearest, spectral, gms, lightglue, superglue."),
    ] = "nearest",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="A field of either: local.side=1024, with.ratio=0.8."),
    ] = None,
    draw: Annotated[
        Path | None, typer.Option("--draw", metavar="FILE.png", help="Also draw keypoints, matches and the outline.")
    ] = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Match the local features of two pictures and find the transform from A to B. Needs no library."""
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
    """Those of one part; raises `BadSetting` for a word that is of none."""
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
    told = f"{kind}: {int(geometry.inliers.sum())} of {total} matches between {counts} keypoints agree"
    rows = ("  " + "  ".join(f"{value:12.6g}" for value in row) for row in geometry.model)
    return [f"{told}; by chance as many would with probability {geometry.nfa:.0e} or less.", *rows]


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    app.command(no_args_is_help=True)(match)
