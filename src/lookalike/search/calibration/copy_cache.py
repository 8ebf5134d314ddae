"""Rows of edited copies on disk, a file for each original, so that a run goes on where one was stopped."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.augment import REVISION
from lookalike.protocols import Describer
from lookalike.search.atomic import write_atomically
from lookalike.search.calibration.copy_plan import CopyPlan
from lookalike.search.calibration.edited_copies import COPY_SIDE, Copies, copy_jobs, describe_copies
from lookalike.search.ingest.options import Options, Progress
from lookalike.types import Record, Space, Vectors


class CopyCache:
    """By original, backdrop, edits and seed: (e, d) rows under the digest of each describer."""

    def __init__(self, folder: Path, edits: tuple[str, ...], seed: int) -> None:
        self.folder = folder
        self.edits = edits
        self.seed = seed

    def missing(self, original: Record, backdrop: Record, describers: Sequence[Describer]) -> set[Space]:
        """Spaces whose rows are not here."""
        there = self._arrays(original, backdrop, rows=False)
        return {each.space for each in describers if each.space.digest not in there}

    def read(self, original: Record, backdrop: Record, describers: Sequence[Describer]) -> dict[Space, Vectors] | None:
        """(e, d) rows by space, or None where some are missing."""
        there = self._arrays(original, backdrop)
        if any(each.space.digest not in there for each in describers):
            return None
        return {each.space: there[each.space.digest] for each in describers}

    def add(self, original: Record, backdrop: Record, describers: Sequence[Describer], copies: Copies) -> None:
        """Keeps the rows of `describers` beside what is here already."""
        new = {each.space.digest: copies.rows[each.space] for each in describers}
        file = io.BytesIO()
        arrays: dict[str, Any] = {**self._arrays(original, backdrop), **new}
        np.savez(file, **arrays)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_atomically(self._path(original, backdrop), file.getvalue())

    def _arrays(self, original: Record, backdrop: Record, *, rows: bool = True) -> dict[str, Vectors]:
        """By digest; empty arrays, unread, without `rows`."""
        try:
            with np.load(io.BytesIO(self._path(original, backdrop).read_bytes()), allow_pickle=False) as file:
                return {name: file[name] if rows else np.empty((0, 0), np.float32) for name in file.files}
        except (OSError, ValueError, zipfile.BadZipFile):  # not there, or not whole: made again
            return {}

    def _path(self, original: Record, backdrop: Record) -> Path:
        key = [original.content.sha256, backdrop.content.sha256, self.edits, self.seed, REVISION, COPY_SIDE]
        return self.folder / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:24]}.npz"


def fill(
    kept: CopyCache, records: Sequence[Record], plan: CopyPlan, describers: Sequence[Describer], options: Options
) -> bool:
    """Describes the copies that the cache lacks; whether it came to the end."""
    pairs = list(zip(plan.originals.tolist(), plan.backdrops.tolist(), strict=True))
    lacking = {pair: kept.missing(records[pair[0]], records[pair[1]], describers) for pair in pairs}
    todo = [pair for pair, spaces in lacking.items() if spaces]
    wanted = [each for each in describers if any(each.space in spaces for spaces in lacking.values())]
    part = CopyPlan(
        np.array([original for original, _ in todo], np.int64),
        np.empty(0, np.int64),
        np.array([backdrop for _, backdrop in todo], np.int64),
    )
    backdrop_of = {records[original].path: records[backdrop] for original, backdrop in todo}
    record_of = {records[original].path: records[original] for original, _ in todo}
    done = failed = 0
    jobs = copy_jobs(records, part, kept.edits, kept.seed, options.limits)
    for outcome in describe_copies(jobs, wanted, workers=options.workers, limits=options.limits):
        if isinstance(outcome, Copies):
            path = outcome.original.path
            kept.add(record_of[path], backdrop_of[path], wanted, outcome)
            done += 1
        else:
            assert isinstance(outcome[1], BadPicture)
            failed += 1
        options.on_commit(Progress(len(todo), done, failed))
        if options.should_stop():
            return False
    return True
