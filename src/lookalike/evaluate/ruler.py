"""A folder of classes, measured: the whole way from its files to the rows of a table."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lookalike.datasets.folder import read_folder
from lookalike.datasets.retrieval import Retrieval
from lookalike.describe import DESCRIBERS
from lookalike.evaluate.cost import milliseconds
from lookalike.evaluate.described import describe_folder
from lookalike.evaluate.method import Method
from lookalike.evaluate.protocol import DECIDES, Row, evaluate
from lookalike.protocols import Describer
from lookalike.search.channels import DEFAULT_DESCRIBERS, DEFAULT_WEIGHTS, Channel
from lookalike.search.ingest import Options


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The task, with what was left out of it; a row for each method, best first by MAP@R."""

    task: Retrieval
    rows: tuple[Row, ...]


def evaluate_folder(
    folder: str | os.PathLike[str], names: Sequence[str], cache: Path, options: Options, rng: np.random.Generator
) -> Evaluation | None:
    """Each describer of `names` (all, when empty), and the default mixture where all of its parts are there.

    Raises `BadQuery` for a folder that has no classes. None when `options.should_stop` ended it; what was described by
    then is kept, so that the next call goes on.
    """
    describers = [DESCRIBERS.make(name) for name in dict.fromkeys(names or DESCRIBERS)]
    described = describe_folder(os.fspath(folder), describers, cache, options)
    if described.interrupted:
        return None
    digests = {path: record.content.sha256 for path, record in described.records.items()}
    task = read_folder(os.fspath(folder), digests)
    if described.failed:
        task = replace(task, left_out={**task.left_out, "not readable": described.failed})
    records = [described.records[path] for path in task.pictures]
    rows = {describer.name: described.rows(describer.name, task.pictures) for describer in describers}
    cost = milliseconds(records, describers, options.limits)
    found = evaluate(task, methods_of(describers), rows, cost, rng)
    return Evaluation(task, tuple(sorted(found, key=lambda row: -row.metrics[DECIDES].value)))


def methods_of(describers: Sequence[Describer]) -> list[Method]:
    """Each alone, and together as a search mixes them by default."""
    methods = [Method(describer.name, (Channel(describer, 1.0),)) for describer in describers]
    mixed = tuple(
        Channel(describer, DEFAULT_WEIGHTS[describer.name])
        for describer in describers
        if describer.name in DEFAULT_DESCRIBERS
    )
    return [*methods, Method("default", mixed)] if len(mixed) == len(DEFAULT_DESCRIBERS) else methods
