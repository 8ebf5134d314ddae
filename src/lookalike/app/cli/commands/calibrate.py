"""`lookalike calibrate`: what scores are worth on the pictures of this library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import By, Json, LibraryFolder, OutFile, common, open_chosen, weights
from lookalike.app.cli.output import json_bytes, lines, write

if TYPE_CHECKING:
    from lookalike.search.calibration.fit import Fitted

CLAIMS = {"copy": "a hit is the picture that the query was made from", "class": "a hit is of the query's class"}


def calibrate(
    by: By = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels", metavar="FOLDER", help="Learn from pictures below FOLDER, a class in each of its folders."
        ),
    ] = None,
    originals: Annotated[
        int, typer.Option(min=2, metavar="N", help="Pictures that are edited, and can be found; half as many cannot.")
    ] = 100,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Of the choice of pictures.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that edit and describe.")] = os.cpu_count() or 1,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Find out what scores are worth on these pictures, so that search and dupes say how sure they are.

    Edited copies of the library's own pictures are asked about, a third of them of pictures that count as not being
    there. Nothing but the calibration is kept.
    """
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import calibrate_document
    from lookalike.search.ingest.options import Options

    with open_chosen(library) as opened, bar(common().quiet, "asking") as advance, stop_on_interrupt() as should_stop:
        options = Options(workers, opened.limits, on_commit=advance, should_stop=should_stop)
        fitted = opened.calibrate(by=weights(by), labels=labels, originals=originals, seed=seed, options=options)
    if fitted is None:
        return Exit.INTERRUPTED
    write(json_bytes(calibrate_document(fitted)) if json else lines(_told(fitted)), output)
    return Exit.DONE


def _told(fitted: Fitted) -> Iterator[str]:
    from lookalike.evaluate.metrics.calibration import expected_calibration_error, reliability

    found = fitted.calibration
    yield f"the probability is that {CLAIMS[found.claim]}: {found.questions} questions to {found.pictures} pictures"
    error = expected_calibration_error(fitted.stated, fitted.right)
    yield f"{found.form}; of hits not fitted to: log loss {found.log_loss:.4f}, calibration error {error:.4f}"
    bins = reliability(fitted.stated, fitted.right)
    yield "  stated   came true   hits"
    for stated, true, count in zip(bins.stated, bins.true, bins.count, strict=True):
        yield f"  {stated:6.3f}   {true:9.3f}   {count:4}"
    for precision in (0.9, 0.99):
        threshold = found.threshold(precision)
        if threshold is None:
            yield f"no score is right in {100 * precision:g} % of cases"
        else:
            share = 100 * found.recall(precision)
            yield f"--precision {precision:g}: a score of {threshold:.3f} or more, {share:.1f} % of all answers found"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    app.command()(calibrate)
