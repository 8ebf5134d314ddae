"""A folder, measured: the whole way from its files to the rows of a table."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from lookalike.datasets.folder import read_folder
from lookalike.datasets.retrieval import Retrieval
from lookalike.describe import DESCRIBERS
from lookalike.evaluate.copies import Copied, copies_task
from lookalike.evaluate.cost import milliseconds
from lookalike.evaluate.described import DescribedFolder, describe_folder
from lookalike.evaluate.method import Method
from lookalike.evaluate.protocol import Row, decides, evaluate
from lookalike.evaluate.recommend import Recommendation, recommend
from lookalike.pixels.augment import EDITS
from lookalike.protocols import Describer
from lookalike.search.channels import DEFAULT_DESCRIBERS, DEFAULT_WEIGHTS, Channel
from lookalike.search.ingest import Options
from lookalike.search.twins import JUDGE
from lookalike.types import Record, Vectors

ORIGINALS = 200
"""Pictures that are edited to be found; half as many beside them cannot be."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The task, with what was left out of it; a row for each method, best first by the measure that decides.

    `records` are by path, `copied` says how each picture of the task was made that is no file.
    """

    task: Retrieval
    rows: tuple[Row, ...]
    records: Mapping[str, Record]
    copied: Mapping[str, Copied] = field(default_factory=dict)
    recommendation: Recommendation | None = None


def evaluate_folder(
    folder: str | os.PathLike[str],
    describers: Sequence[Describer],
    cache: Path,
    options: Options,
    rng: np.random.Generator,
) -> Evaluation | None:
    """Each of `describers`, and the default mixture where all of its parts are there.

    Raises `BadQuery` for a folder that has no classes. None when `options.should_stop` ended it; what was described by
    then is kept, so that the next call goes on.
    """
    described = describe_folder(os.fspath(folder), describers, cache, options)
    if described.interrupted:
        return None
    digests = {path: record.content.sha256 for path, record in described.records.items()}
    task = read_folder(os.fspath(folder), digests)
    if described.failed:
        task = replace(task, left_out={**task.left_out, "not readable": described.failed})
    rows = {describer.name: described.rows(describer.name, task.pictures) for describer in describers}
    found = _measured(task, task.pictures, described, describers, rows, options, rng)
    return Evaluation(task, found, described.records)


def evaluate_copies(
    folder: str | os.PathLike[str],
    describers: Sequence[Describer],
    cache: Path,
    options: Options,
    rng: np.random.Generator,
    *,
    originals: int = ORIGINALS,
    edits: Sequence[str] = (),
    seed: int = 0,
) -> Evaluation | None:
    """The same methods on edited copies of the folder's own pictures: no labels are needed. All `edits`, when empty.

    Raises `BadQuery` for a folder with too few pictures. None when `options.should_stop` ended it.
    """
    root = os.path.realpath(folder)
    described = describe_folder(root, list(dict.fromkeys([*describers, JUDGE])), cache, options)
    if described.interrupted:
        return None
    made = copies_task(
        root,
        described,
        describers,
        cache / "copies",
        options,
        edits=tuple(dict.fromkeys(edits or EDITS)),
        originals=originals,
        seed=seed,
    )
    if made is None:
        return None
    task, rows, copied = made
    if described.failed:
        task = replace(task, left_out={**task.left_out, "not readable": described.failed})
    found = _measured(
        task, task.pictures[: len(task.pictures) - len(task.queries)], described, describers, rows, options, rng
    )
    channels = [Channel(describer, 1.0) for describer in describers]
    return Evaluation(task, found, described.records, copied, recommend(task, channels, rows, rng))


def _measured(
    task: Retrieval,
    files: Sequence[str],
    described: DescribedFolder,
    describers: Sequence[Describer],
    rows: Mapping[str, Vectors],
    options: Options,
    rng: np.random.Generator,
) -> tuple[Row, ...]:
    """Best first."""
    cost = milliseconds([described.records[path] for path in files], describers, options.limits)
    found = evaluate(task, methods_of(describers), rows, cost, rng)
    return tuple(sorted(found, key=lambda row: -row.metrics[decides(task)].value))


def named(names: Sequence[str]) -> list[Describer]:
    """The describers of these names, each once; all there are, when there is none."""
    return [DESCRIBERS.make(name) for name in dict.fromkeys(names or DESCRIBERS)]


def methods_of(describers: Sequence[Describer]) -> list[Method]:
    """Each alone, and together as a search mixes them by default."""
    methods = [Method(describer.name, (Channel(describer, 1.0),)) for describer in describers]
    mixed = tuple(
        Channel(describer, DEFAULT_WEIGHTS[describer.name])
        for describer in describers
        if describer.name in DEFAULT_DESCRIBERS
    )
    return [*methods, Method("default", mixed)] if len(mixed) == len(DEFAULT_DESCRIBERS) else methods
