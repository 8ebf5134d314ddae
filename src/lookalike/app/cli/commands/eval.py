"""`lookalike eval`: which method finds the right pictures in a folder of classes, how sure that is, what it costs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import MEASURE, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import HtmlFile, Json, OutFile, common, remark
from lookalike.app.cli.output import json_bytes, lines, write
from lookalike.errors import BadSetting, UnknownName
from lookalike.figures import percent, score

if TYPE_CHECKING:
    from lookalike.evaluate.protocol import Row
    from lookalike.evaluate.reality.comparison import Settings
    from lookalike.evaluate.recommend import Recommendation
    from lookalike.evaluate.ruler import Evaluation
    from lookalike.search.ingest.options import Options

FEW = 10
"""Classes or originals; a bootstrap over fewer says little of others."""
NEAR_MISSES = "variants"
"""The task that makes its pictures itself."""
CLASSES = ("p@1", "recall@10", "map@r")
COPIES = ("p@1", "micro-ap", "recall@p90", "recall@p99")
BEST = 6
"""Methods whose edits are shown."""


def evaluate(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Pictures, those of a class in a folder of its own.")],
    describer: Annotated[
        list[str] | None,
        typer.Option(
            "--describer",
            metavar="NAME",
            help="Measure this describer. Repeat it for several [default: all that need no training].",
        ),
    ] = None,
    layout: Annotated[
        str | None, typer.Option("--layout", metavar="NAME", help="The dataset's layout on disk [default: recognised].")
    ] = None,
    task: Annotated[
        str | None, typer.Option("--task", metavar="NAME", help="The dataset's task [default: its first].")
    ] = None,
    distractors: Annotated[
        Path | None,
        typer.Option("--distractors", metavar="FOLDER", help="Search these pictures too; none is a right answer."),
    ] = None,
    self: Annotated[
        bool, typer.Option("--self", help="Search for edited copies of the pictures; needs no classes.")
    ] = False,
    originals: Annotated[
        int, typer.Option(min=2, metavar="N", help="With --self: edit N pictures that can be found.")
    ] = 200,
    edit: Annotated[
        list[str] | None,
        typer.Option(
            "--edit", metavar="NAME", help="With --self or --task variants: make only this edit [default: all]."
        ),
    ] = None,
    each: Annotated[
        int, typer.Option(min=1, metavar="N", help="With --task variants: make N families of each kind.")
    ] = 1,
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="NAME", help="With --task variants: make only this kind [default: all]."),
    ] = None,
    reality: Annotated[
        bool, typer.Option("--reality", help="Compare losses of metric learning on classes that they never saw.")
    ] = False,
    loss: Annotated[
        list[str] | None,
        typer.Option("--loss", metavar="NAME", help="With --reality: compare only this loss [default: all 22]."),
    ] = None,
    pixels: Annotated[
        int | None,
        typer.Option(metavar="PX", help="With --reality: train networks on squares of PX, no heads on convnet."),
    ] = None,
    budget: Annotated[int, typer.Option(metavar="N", help="With --reality: try N settings of each loss.")] = 4,
    seeds: Annotated[int, typer.Option(metavar="N", help="With --reality: train the best setting N times.")] = 2,
    iterations: Annotated[int, typer.Option(metavar="N", help="With --reality: batches of each run.")] = 200,
    dim: Annotated[int, typer.Option(metavar="N", help="With --reality: numbers a picture.")] = 64,
    workers: Annotated[int, typer.Option(min=1, metavar="N", help="Describe in N processes.")] = os.cpu_count() or 1,
    cache: Annotated[
        Path | None, typer.Option("--cache", metavar="DIR", help="Keep vectors here [default: the user's cache].")
    ] = None,
    html: HtmlFile = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed for intervals and tests.")] = 0,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Measure which describers find the right pictures.

    Each picture is a query for the others of its class. With --self, edited copies are queries for their originals, and
    the report ends with what to use. With --task variants, near misses made with the pictures (forms, codes, charts,
    memes, ...) must be told from copies. With --reality, losses are compared that learn from half of the classes. No
    library is needed, and none is written to. After Ctrl-C or a kill the next run resumes.
    """
    import numpy as np

    from lookalike.app.cli.progress import bar
    from lookalike.app.measures import eval_document
    from lookalike.evaluate.ruler import evaluate_copies, evaluate_folder, named
    from lookalike.search.described import evaluations_folder
    from lookalike.search.ingest.options import Options

    rng, describers = np.random.default_rng(seed), named(describer or ())
    with bar(common().quiet) as advance, stop_on_interrupt() as should_stop:
        options = Options(workers, on_commit=advance, should_stop=should_stop)
        place = cache or evaluations_folder()
        if reality:
            if self or task or layout or distractors or describer:
                raise BadSetting(
                    "--reality compares losses on folders of classes: leave out what names other questions"
                )
            from lookalike.evaluate.reality.comparison import Settings

            settings = Settings(budget, seeds, iterations, dim)
            return _losses(folder, loss or [], pixels, settings, place, options, html, json=json, output=output)
        if task == NEAR_MISSES:
            return _near_misses(folder, kind or [], each, _known(edit or []), seed, options, json=json, output=output)
        if self:
            edits = _known(edit or [])
            found = evaluate_copies(
                folder, describers, place, options, rng, originals=originals, edits=edits, seed=seed
            )
        else:
            found = evaluate_folder(
                folder, describers, place, options, rng, layout=layout, task=task, distractors=distractors
            )
    if found is None:
        return Exit.INTERRUPTED
    for why, count in found.task.left_out.items():
        remark(f"{count} left out: {why}")
    if found.task.group_count < FEW:
        remark(f"only {found.task.group_count} {_grouped(found)}: intervals over so few are too narrow")
    if html is not None:
        from lookalike.evaluate.report import save_report

        save_report(found, html, options.limits)
    write(json_bytes(eval_document(found)) if json else lines(_report(found, describer or ())), output)
    return Exit.SOME_FAILED if "not readable" in found.task.left_out else Exit.DONE


def _near_misses(
    folder: str,
    kinds: list[str],
    each: int,
    edits: list[str],
    seed: int,
    options: Options,
    *,
    json: bool,
    output: Path | None,
) -> int:
    import numpy as np

    from lookalike.app.cli.commands import eval_variants
    from lookalike.app.measures import variants_document

    verdicts = eval_variants.asked(folder, kinds, each, edits, seed, options)
    if verdicts is None:
        return Exit.INTERRUPTED
    rows = eval_variants.rows(verdicts, np.random.default_rng(seed))
    name = Path(folder).resolve().name
    told = json_bytes(variants_document(name, rows, len(verdicts))) if json else None
    write(told or lines(eval_variants.report(rows, len(verdicts))), output)
    return Exit.DONE


def _losses(
    folder: str,
    losses: list[str],
    side: int | None,
    settings: Settings,
    cache: Path,
    options: Options,
    html: Path | None,
    *,
    json: bool,
    output: Path | None,
) -> int:
    from lookalike.app.cli.commands import eval_reality
    from lookalike.app.measures import reality_document

    asked = eval_reality.asked(folder, losses, side, settings, cache, options)
    if asked is None:
        return Exit.INTERRUPTED
    found, left_out = asked
    name = Path(folder).resolve().name
    if html is not None:
        from lookalike.evaluate.reality.report import save_report

        save_report(name, found, html)
    write(json_bytes(reality_document(name, found)) if json else lines(eval_reality.report(found)), output)
    return Exit.SOME_FAILED if "not readable" in left_out else Exit.DONE


def _known(edits: list[str]) -> list[str]:
    from lookalike.pixels.augment import EDITS

    for name in edits:
        if name not in EDITS:
            raise UnknownName("edit", name, EDITS)
    return edits


def _grouped(found: Evaluation) -> str:
    """Name of the units over which intervals are taken."""
    return "originals" if found.task.task == "copies" else "classes"


def _report(found: Evaluation, asked: Sequence[str]) -> Iterator[str]:
    yield from _table(found)
    if any(row.by_kind for row in found.rows):
        yield from ["", *_by_kind(found)]
    if found.recommendation is not None:
        yield from ["", *_advice(found.recommendation, asked)]


def _table(found: Evaluation) -> Iterator[str]:
    from lookalike.evaluate.protocol import decides

    task = found.task
    decisive = decides(task)
    names = COPIES if task.task == "copies" else CLASSES
    yield (
        f"{task.name}: {len(task.queries)} queries to {len(task.base)} pictures, {task.group_count} {_grouped(found)}; "
        f"95 % intervals over {_grouped(found)}"
    )
    if unanswered := int((~task.answered).sum()):
        yield f"{unanswered} of the queries are copies of pictures that are not there: nothing must be found"
    width = max(12, *(len(row.method) + 1 for row in found.rows))
    heading = f"{'':2}{'method':{width}}" + "".join(f"{name:>20}" for name in names)
    yield heading + f"{'ms/image':>10}{'bytes':>8}{'ms/query':>10}"
    for row in found.rows:
        yield _line(row, names, width)
    yield f"* nothing else is as good by {decisive} and as cheap by ms/image; = not told apart from the best"


def _line(row: Row, names: tuple[str, ...], width: int) -> str:
    marks = ("*" if row.pareto else " ") + ("=" if row.behind is not None and row.is_level_with_the_best else " ")
    shown = (row.metrics[name] for name in names)
    figures = "".join(f"{f'{score(one.value)} [{score(one.low)} {score(one.high)}]':>20}" for one in shown)
    cost = f"{row.ms_per_image:10.1f}{row.bytes_per_image:8}{row.ms_per_query:10.2f}"
    return f"{marks}{row.method:{width}}{figures}{cost}"


def _by_kind(found: Evaluation) -> Iterator[str]:
    """Lines with the share of each edit that is found first, for the methods in the order of the table."""
    rows = found.rows[:BEST]
    width = max(12, *(len(row.method) + 2 for row in rows))
    yield f"{'p@1 of':14}" + "".join(f"{row.method:>{width}}" for row in rows)
    for kind in rows[0].by_kind:
        yield f"{kind:14}" + "".join(f"{score(row.by_kind[kind].value):>{width}}" for row in rows)


def _advice(advice: Recommendation, asked: Sequence[str]) -> Iterator[str]:
    settings = {text.partition(":")[0]: text for text in asked}
    index = " ".join(f"--describer {settings.get(name, name)}" for name in advice.weights)
    by = " ".join(f"--by {name}={weight:g}" for name, weight in advice.weights.items())
    yield f"recommended: lookalike index FOLDER {index}"
    yield f"             lookalike search PICTURE {by}"
    if advice.threshold is None:
        yield "no score is high enough to be right in 99 %"
    else:
        yield (
            f"a score of {score(advice.threshold)} or more: right in {percent(advice.precision)}, and "
            f"{percent(advice.recall)} of all copies found (on {advice.queries} queries that did not choose it)"
        )


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        evaluate,
        "lookalike eval folder-of-classes",
        "lookalike eval any-folder --self --html report.html",
        "lookalike eval folder-of-classes --reality --loss arcface --loss triplet",
        group=MEASURE,
        name="eval",
    )
