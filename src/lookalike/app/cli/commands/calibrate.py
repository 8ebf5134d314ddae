"""`lookalike calibrate`: what scores are worth on the pictures of this library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import ASK, MEASURE, add_verb
from lookalike.app.cli.learning import CORES, Originals, Seed, Source, Workers, learning
from lookalike.app.cli.options import By, Json, LibraryFolder, OutFile, weights
from lookalike.app.cli.output import json_bytes, lines, write
from lookalike.figures import percent, score

if TYPE_CHECKING:
    from lookalike.search.calibration.fit import Fitted

CLAIMS = {
    "copy": "a hit is the picture that the query was made from",
    "class": "a hit is of the query's class",
    "judged": "you would like a hit, of those that you would judge",
}


def calibrate(
    source: Source = None,
    by: By = None,
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            metavar="FOLDER",
            rich_help_panel=ASK,
            help="From classes: FOLDER, indexed before, holds a folder for each class; as --from folder:FOLDER.",
        ),
    ] = None,
    originals: Originals = 100,
    seed: Seed = 0,
    json: Json = False,
    output: OutFile = None,
    library: LibraryFolder = None,
    workers: Workers = CORES,
) -> int:
    """Measure how likely each score is to be right.

    Searches your own library for edited copies of its pictures, unless --from names other questions with known answers.
    A third of the originals count as absent, so their copies must find nothing. Afterwards `search` shows
    probabilities, and `--precision` works.
    """
    from lookalike.app.measures import calibrate_document

    with learning(library, workers) as (opened, options):
        fitted = opened.calibrate(
            by=weights(by),
            source=source or "copies",
            labels=labels,
            originals=originals,
            seed=seed,
            options=options,
        )
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
            yield f"--precision {precision:g}: no score is right that often"
        else:
            share = percent(found.recall(precision))
            yield f"--precision {precision:g}: threshold {score(threshold)}, {share} of all right answers found"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        calibrate,
        "lookalike calibrate",
        "lookalike calibrate --by convnet=1 --by phash=0.5",
        "lookalike calibrate --from judgements",
        group=MEASURE,
        needs_arguments=False,
    )
