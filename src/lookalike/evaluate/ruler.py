"""A folder, measured: the whole way from its files to the rows of a table."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from lookalike.datasets import DATASETS, recognise
from lookalike.datasets.archives import unpacked
from lookalike.datasets.reader import Asked, Captions, Files, Pairs
from lookalike.datasets.retrieval import Retrieval, with_distractors
from lookalike.describe import DESCRIBERS
from lookalike.errors import UnknownName
from lookalike.evaluate.captions import captions_task
from lookalike.evaluate.copies import Copied, copies_task
from lookalike.evaluate.cost import milliseconds
from lookalike.evaluate.method import Method
from lookalike.evaluate.protocol import Row, decides
from lookalike.evaluate.protocol import evaluate as evaluate_methods
from lookalike.evaluate.recommend import Recommendation, recommend
from lookalike.pixels.augment import EDITS
from lookalike.protocols import Describer
from lookalike.search.calibration.near_duplicates import JUDGE
from lookalike.search.components import by_name, describer_of
from lookalike.search.described import DescribedFolder, describe_folder, evaluations_folder
from lookalike.search.ingest.fit_describers import must_learn
from lookalike.search.ingest.options import Options
from lookalike.search.ranking.channels import DEFAULT_WEIGHTS, Channel
from lookalike.types import Record, Vectors

ORIGINALS = 200
"""Pictures that are edited to be found; half as many beside them cannot be."""


def methods_of(describers: Sequence[Describer]) -> list[Method]:
    """Each alone, and together as a search mixes them by default."""
    known = by_name(describers)
    methods = [Method(name, (Channel(describer, 1.0, name),)) for name, describer in known.items()]
    mixed = tuple(Channel(known[name], DEFAULT_WEIGHTS[name], name) for name in known if name in DEFAULT_WEIGHTS)
    return [*methods, Method("default", mixed)] if len(mixed) == len(DEFAULT_WEIGHTS) else methods


Methods: TypeAlias = Callable[[Sequence[Describer]], list[Method]]
"""Which methods are measured, of describers that have learned what they need."""


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


def evaluate(
    folder: str | os.PathLike[str],
    describers: Sequence[str | Describer] = (),
    *,
    copies: bool = False,
    layout: str | None = None,
    task: str | None = None,
    distractors: str | os.PathLike[str] | None = None,
    originals: int = ORIGINALS,
    edits: Sequence[str] = (),
    seed: int = 0,
    cache: str | os.PathLike[str] | None = None,
    workers: int = os.cpu_count() or 1,
) -> Evaluation:
    """Figures with 95 % intervals, and costs, of describers on a folder whose folders are classes.

    `describers` are NAME, NAME:FIELD=VALUE or objects whose class can be imported; without any, all that need not
    learn. With `copies`, edited copies of `originals` pictures are asked about instead, and no classes are needed:
    `edits` names the edits, all by default. For `layout`, `task` and `distractors` see `evaluate_folder`. Vectors are
    kept in `cache`, by default the user's. Raises `BadQuery` for a folder that has too little in it.
    """
    chosen = [describer_of(each) for each in describers] or named(())
    place, options, rng = Path(cache or evaluations_folder()), Options(workers), np.random.default_rng(seed)
    if copies:
        found = evaluate_copies(folder, chosen, place, options, rng, originals=originals, edits=edits, seed=seed)
    else:
        found = evaluate_folder(folder, chosen, place, options, rng, layout=layout, task=task, distractors=distractors)
    assert found is not None  # nobody can have asked to stop
    return found


def evaluate_folder(
    folder: str | os.PathLike[str],
    describers: Sequence[Describer],
    cache: Path,
    options: Options,
    rng: np.random.Generator,
    *,
    layout: str | None = None,
    task: str | None = None,
    distractors: str | os.PathLike[str] | None = None,
    methods: Methods = methods_of,
) -> Evaluation | None:
    """The `methods` made of `describers` on what is known of a folder.

    `layout` names a reader of `DATASETS` (else the one that recognises the folder), `task` one of its tasks (else the
    first), `distractors` a folder of pictures that are never right. Raises `BadQuery` for a folder that says nothing.
    None when `options.should_stop` ended it; what was described by then is kept, so that the next call goes on.
    """
    root = os.path.realpath(unpacked(Path(folder), cache / "unpacked"))
    described = describe_folder(root, describers, cache, options)
    describers = described.as_ready(describers)
    known = by_name(describers)
    beside = None if distractors is None else describe_folder(os.fspath(distractors), describers, cache, options)
    if described.interrupted or (beside is not None and beside.interrupted):
        return None
    reader = recognise(Path(root)) if layout is None else DATASETS.make(layout)
    digests = {path: record.content.sha256 for path, record in described.records.items()}
    asked = _chosen(reader.tasks(Files(root, digests, beside is not None)), task, reader.name)
    if isinstance(asked, Captions):
        found, rows = captions_task(asked, described, describers)
        files = found.pictures[: len(found.base)]
    else:
        found = asked.retrieval() if isinstance(asked, Pairs) else asked
        rows = {name: described.rows(each, found.pictures) for name, each in known.items()}
        files = found.pictures
    if beside is not None:
        strangers = _strangers(beside, set(digests.values()))
        found = with_distractors(found, strangers)
        rows = {name: np.concatenate([of_set, beside.rows(known[name], strangers)]) for name, of_set in rows.items()}
    if described.failed:
        found = replace(found, left_out={**found.left_out, "not readable": described.failed})
    measured = _measured(found, files, described, describers, methods(describers), rows, options, rng)
    return Evaluation(found, measured, described.records | ({} if beside is None else beside.records))


def _chosen(tasks: Mapping[str, Asked], name: str | None, layout: str) -> Asked:
    if name is None:
        return next(iter(tasks.values()))
    if name not in tasks:
        raise UnknownName(f"task of the layout {layout!r}", name, tasks)
    return tasks[name]


def _strangers(beside: DescribedFolder, known: set[str]) -> list[str]:
    """One path for each content that the set itself does not hold."""
    first = {record.content.sha256: path for path, record in sorted(beside.records.items(), reverse=True)}
    return sorted(path for sha256, path in first.items() if sha256 not in known)


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
    methods: Methods = methods_of,
) -> Evaluation | None:
    """The `methods` on edited copies of the folder's own pictures: no labels are needed. All `edits`, when empty.

    Raises `BadQuery` for a folder with too few pictures. None when `options.should_stop` ended it.
    """
    root = os.path.realpath(folder)
    described = describe_folder(root, list(dict.fromkeys([*describers, JUDGE])), cache, options)
    if described.interrupted:
        return None
    describers = described.as_ready(describers)
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
    files = task.pictures[: len(task.pictures) - len(task.queries)]
    found = _measured(task, files, described, describers, methods(describers), rows, options, rng)
    channels = [Channel(describer, 1.0, name) for name, describer in by_name(describers).items()]
    return Evaluation(task, found, described.records, copied, recommend(task, channels, rows, rng))


def _measured(
    task: Retrieval,
    files: Sequence[str],
    described: DescribedFolder,
    describers: Sequence[Describer],
    methods: Sequence[Method],
    rows: Mapping[str, Vectors],
    options: Options,
    rng: np.random.Generator,
) -> tuple[Row, ...]:
    """Best first."""
    cost = milliseconds([described.records[path] for path in files], describers, options.limits)
    found = evaluate_methods(task, methods, rows, cost, rng)
    return tuple(sorted(found, key=lambda row: -row.metrics[decides(task)].value))


def named(names: Sequence[str]) -> list[Describer]:
    """The describers of these names, or NAME:FIELD=VALUE, each once; when there is none, all that need not learn."""
    found = [DESCRIBERS.spelled(words) for words in dict.fromkeys(names or DESCRIBERS)]
    return found if names else [describer for describer in found if not must_learn(describer)]
