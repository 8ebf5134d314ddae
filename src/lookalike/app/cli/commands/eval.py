"""`lookalike eval`: which method finds the right pictures in a folder of classes, how sure that is, what it costs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import Json, OutFile, common
from lookalike.app.cli.output import json_bytes, lines, note, write

if TYPE_CHECKING:
    from lookalike.evaluate.protocol import Row
    from lookalike.evaluate.ruler import Evaluation

FEW = 10
"""Classes; a bootstrap over fewer says little of other classes."""


def evaluate(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Pictures, those of a class in a folder of its own.")],
    describer: Annotated[
        list[str] | None, typer.Option("--describer", metavar="NAME", help="Measure this one [default: all].")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that describe.")] = os.cpu_count() or 1,
    cache: Annotated[
        Path | None, typer.Option("--cache", metavar="DIR", help="Where vectors are kept [default: the user's cache].")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Of the intervals' chance.")] = 0,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Measure which method finds the pictures of a class, each picture asking for the others.

    Needs no library and writes to none. Stopped with Ctrl-C, or killed, it goes on where it was.
    """
    import numpy as np

    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import eval_document
    from lookalike.evaluate.ruler import evaluate_folder
    from lookalike.models.cache import cache_folder
    from lookalike.search.ingest import Options

    with bar(common().quiet) as advance, stop_on_interrupt() as should_stop:
        options = Options(workers, on_commit=advance, should_stop=should_stop)
        place = cache or cache_folder().parent / "evaluations"
        found = evaluate_folder(folder, describer or (), place, options, np.random.default_rng(seed))
    if found is None:
        return Exit.INTERRUPTED
    for why, count in found.task.left_out.items():
        note(f"{count} left out: {why}")
    classes = int(found.task.groups.max()) + 1
    if classes < FEW and not common().quiet:
        note(f"only {classes} classes: intervals over so few are too narrow")
    write(json_bytes(eval_document(found)) if json else lines(_table(found)), output)
    return Exit.SOME_FAILED if "not readable" in found.task.left_out else Exit.DONE


def _table(found: Evaluation) -> list[str]:
    task = found.task
    classes = int(task.groups.max()) + 1
    names = ("p@1", "recall@10", "map@r")
    heading = f"{'':2}{'method':12}" + "".join(f"{name:>20}" for name in names)
    return [
        f"{task.name}: {len(task.queries)} queries to {len(task.base)} pictures, {classes} classes; 95 % intervals "
        "over classes",
        heading + f"{'ms/image':>10}{'bytes':>8}{'ms/query':>10}",
        *(_line(row, names) for row in found.rows),
        "* nothing else is as good by map@r and as cheap by ms/image; = not told apart from the best",
    ]


def _line(row: Row, names: tuple[str, ...]) -> str:
    marks = ("*" if row.pareto else " ") + ("=" if row.behind is not None and row.is_level_with_the_best else " ")
    shown = (row.metrics[name] for name in names)
    figures = "".join(f"{f'{one.value:.3f} [{one.low:.3f} {one.high:.3f}]':>20}" for one in shown)
    cost = f"{row.ms_per_image:10.1f}{row.bytes_per_image:8}{row.ms_per_query:10.2f}"
    return f"{marks}{row.method:12}{figures}{cost}"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    app.command("eval", no_args_is_help=True)(evaluate)
