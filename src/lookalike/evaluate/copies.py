"""The task that needs no labels: which picture of this folder was this one made from, if any?"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lookalike.datasets.retrieval import Retrieval
from lookalike.protocols import Describer
from lookalike.search.calibration.copy_cache import CopyCache, fill
from lookalike.search.calibration.copy_plan import CopyPlan, plan_copies
from lookalike.search.calibration.near_duplicates import JUDGE, twins
from lookalike.search.components import by_name
from lookalike.search.described import DescribedFolder
from lookalike.search.ingest.options import Options
from lookalike.types import Record, Vectors


@dataclass(frozen=True)
class Copied:
    """How a copy was made."""

    original: Record
    backdrop: Record
    edit: str
    seed: int


def copies_task(
    root: str,
    described: DescribedFolder,
    describers: Sequence[Describer],
    cache: Path,
    options: Options,
    *,
    edits: Sequence[str],
    originals: int,
    seed: int,
) -> tuple[Retrieval, dict[str, Vectors], dict[str, Copied]] | None:
    """Copies of `originals` pictures below `root`, and of half as many that are taken out of it, as questions.

    With it, by name of channel (n, d) rows for `Retrieval.pictures`: those of the folder, then the copies; and how each
    of these was made.
    `described` holds rows of `describers` and of `JUDGE`. None when `options.should_stop` ended it; what was done is
    kept in `cache`.
    """
    first: dict[str, str] = {}
    for path in sorted(described.records):
        first.setdefault(described.records[path].content.sha256, path)
    paths = list(first.values())
    records = [described.records[path] for path in paths]
    plan = plan_copies(len(paths), originals, np.random.default_rng(seed))
    kept = CopyCache(cache, tuple(edits), seed)
    if not fill(kept, records, plan, describers, options):
        return None
    backdrop = dict(zip(plan.originals.tolist(), plan.backdrops.tolist(), strict=True))
    found = {
        at: copies
        for at, back in backdrop.items()
        if (copies := kept.read(records[at], records[back], describers)) is not None
    }
    left_out = {"the same bytes again": len(described.records) - len(paths)}
    left_out["not readable as copies"] = len(plan.originals) - len(found)
    task = _task(root, paths, plan, list(found), edits, described, left_out)
    rows = {
        name: np.concatenate([described.rows(each, paths), *(copies[each.space] for copies in found.values())])
        for name, each in by_name(describers).items()
    }
    copied = {
        _name(paths[at], edit): Copied(records[at], records[backdrop[at]], edit, seed) for at in found for edit in edits
    }
    return task, rows, copied


def _task(
    root: str,
    paths: Sequence[str],
    plan: CopyPlan,
    originals: Sequence[int],
    edits: Sequence[str],
    described: DescribedFolder,
    left_out: Mapping[str, int],
) -> Retrieval:
    """NearDuplicates of an original in the folder are neither right nor wrong."""
    absent = set(plan.absent.tolist())
    thumbnails = described.rows(JUDGE, paths)
    alike = twins(thumbnails[list(originals)], thumbnails)
    nothing = np.empty(0, np.int64)
    relevant = [nothing if at in absent else np.array([at]) for at in originals]
    junk = [
        np.array([twin for twin in places if twin != at], np.int64) for at, places in zip(originals, alike, strict=True)
    ]
    count = len(edits)
    return Retrieval(
        os.path.basename(root),  # noqa: PTH119  bytes of any name
        "copies",
        (*paths, *(_name(paths[at], edit) for at in originals for edit in edits)),
        len(paths) + np.arange(len(originals) * count),
        np.setdiff1d(np.arange(len(paths)), plan.absent),
        tuple(places for places in relevant for _ in range(count)),
        np.repeat(np.arange(len(originals)), count),
        tuple(places for places in junk for _ in range(count)),
        {why: number for why, number in left_out.items() if number},
        tuple(edits) * len(originals),
    )


def _name(path: str, edit: str) -> str:
    return f"{path} ({edit})"
