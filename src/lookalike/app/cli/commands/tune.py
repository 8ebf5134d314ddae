"""`lookalike tune`: how much each channel counts on the library's own pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import ASK, MEASURE, add_verb
from lookalike.app.cli.learning import CORES, Originals, Seed, Source, Workers, learning
from lookalike.app.cli.options import Json, LibraryFolder, OutFile
from lookalike.app.cli.output import json_bytes, lines, write

if TYPE_CHECKING:
    from lookalike.app.documents import Document
    from lookalike.search.tuning.profile import Estimate
    from lookalike.search.tuning.tune import Tuned


def tune(
    source: Source = None,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", rich_help_panel=ASK, help="Keep the profile by this name.")
    ] = "tuned",
    originals: Originals = 100,
    seed: Seed = 0,
    json: Json = False,
    output: OutFile = None,
    library: LibraryFolder = None,
    workers: Workers = CORES,
) -> int:
    """Learn how much each channel counts, and whether to re-rank.

    It is judged on classes that taught nothing, and kept as a profile only where it is better than the default for
    sure: then `search --profile NAME` uses it. Without --from it learns from objects, else labels, judgements, copies.
    """
    with learning(library, workers) as (opened, options):
        found = opened.tune(name, source=source or "auto", originals=originals, seed=seed, options=options)
    if found is None:
        return Exit.INTERRUPTED
    write(json_bytes(_document(found, name)) if json else lines(_told(found, name)), output)
    return Exit.DONE if found.profile is not None else Exit.NOTHING_FOUND


def _document(found: Tuned, name: str) -> Document:
    from lookalike.app.documents import document

    return document(
        "tune",
        source=found.source,
        questions=found.questions,
        groups=found.groups,
        default=round(found.default, 6),
        learned=dict(found.weights),
        ways=[
            {"weights": way.weights, "rerank": way.rerank, "map@r": round(way.value, 6), "gain": _fields(way.gain)}
            for way in found.ways
        ],
        chosen=_fields(found.chosen),
        profile=None if found.profile is None else name,
        weights=None if found.profile is None else dict(found.profile.weights),
        rerank=None if found.profile is None else found.profile.rerank,
    )


def _fields(gain: Estimate) -> Document:
    return dict(zip(("value", "low", "high"), (round(each, 6) for each in gain), strict=True))


def _told(found: Tuned, name: str) -> Iterator[str]:
    asked = f"{found.questions} questions of {found.groups} groups, from {found.source}"
    yield f"{asked}; MAP@R on groups that taught nothing"
    yield f"{'weights':10}{'re-ranker':20}{'MAP@R':>8}{'gain':>9}   95 %"
    for way in found.ways:
        value, low, high = way.gain
        ends = "" if way is found.ways[0] else f"{value:+9.3f}   {low:+.3f} to {high:+.3f}"
        yield f"{way.weights:10}{way.rerank or '':20}{way.value:8.3f}{ends}"
    learned = ", ".join(f"{channel} {weight:.2f}" for channel, weight in found.weights.items())
    yield f"learned: {learned}"
    value, low, high = found.chosen
    gain = f"chosen on other groups, gains {value:+.3f} ({low:+.3f} to {high:+.3f})"
    if found.profile is None:
        yield f"the default stays: the best way, {gain}"
    else:
        yield f"kept, use it by --profile {name}: the best way, {gain}"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        tune,
        "lookalike tune",
        "lookalike tune --from object --name products",
        "lookalike tune --from folder:shop",
        group=MEASURE,
        needs_arguments=False,
    )
