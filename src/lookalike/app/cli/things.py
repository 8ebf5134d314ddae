"""Options by which answers are objects, labels or folders in place of pictures, and how these are printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.columns import COLOURS, near, reason, styled
from lookalike.app.cli.help import ASK, OUTPUT
from lookalike.app.cli.output import shown
from lookalike.figures import counted, percent, score

if TYPE_CHECKING:
    from lookalike.search.query.things import Verdict
    from lookalike.search.results import Results

As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="pictures|objects",
        rich_help_panel=OUTPUT,
        help="Answer with objects: the best view of each, its score from all of them [default: pictures].",
    ),
]
GroupBy = Annotated[
    str | None,
    typer.Option(
        "--group-by",
        metavar="object|label|folder|KEY",
        rich_help_panel=OUTPUT,
        help="One line a thing, voted by its views, and which of them it is, or none.",
    ),
]
Least = Annotated[
    float | None,
    typer.Option(
        "--least", metavar="P", rich_help_panel=ASK, help="Name a thing only if it is so likely [default: 0.5]."
    ),
]
Vote = Annotated[
    str | None,
    typer.Option(
        "--vote",
        metavar="NAME[:FIELD=VALUE]",
        rich_help_panel=ASK,
        help="How the views of a thing make its score: span, best, mean, mean_of_best, power_mean, agreement.",
    ),
]


def thing_lines(results: Results, *, colour: bool) -> Iterator[str]:
    """The verdict, then two lines a thing: rank, score, probability, name, views, and the best of them; and why."""
    if results.verdict is not None:
        yield verdict_line(results.verdict)
    for rank, (answer, thing) in enumerate(zip(results, results.things or (), strict=True), start=1):
        sure = "" if answer.probability is None else f"{percent(answer.probability):>7}  "
        relation = styled(f"{answer.relation:9}", COLOURS.get(answer.relation), colour=colour)
        if thing.name is None:
            yield f"{rank:3}  {score(answer.score)}  {sure}{relation}  {near(answer.record.path)}"
        else:
            name = near(thing.name) if thing.by == "folder" else shown(thing.name)
            views = counted(thing.views, "view")
            yield f"{rank:3}  {score(answer.score)}  {sure}{relation}  {name}, {views}  {near(answer.record.path)}"
        yield from reason(answer.why.removeprefix(f"{thing.words}: "), 5, colour=colour)


def verdict_line(verdict: Verdict) -> str:
    """Which thing it is and how likely, or that it is none."""
    nearest = near(verdict.nearest) if verdict.by == "folder" else shown(verdict.nearest)
    if verdict.probability is None or verdict.none is None:
        return f"{verdict.by} {nearest} is the most alike; how likely it is right is not known"
    right, none = percent(verdict.probability), percent(verdict.none)
    if verdict.name is None:
        return f"none of these is {percent(verdict.least)} likely: {right} {verdict.by} {nearest}, {none} none of them"
    return f"{verdict.by} {nearest}: {right} likely; {none} that it is none of these"
