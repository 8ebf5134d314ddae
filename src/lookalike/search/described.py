"""The pictures of a folder with their vectors, from a cache of the evaluation's own: nothing is computed twice.

A user's library is neither needed nor written to. A run that was stopped goes on where it was.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lookalike.errors import BadQuery
from lookalike.models.cache import cache_folder
from lookalike.protocols import Describer
from lookalike.registry import spelling
from lookalike.search.ingest.fit_describers import ingest_and_learn
from lookalike.search.ingest.options import Options
from lookalike.store import create_store
from lookalike.types import Record, Space, Vectors


def evaluations_folder() -> Path:
    """The folder in the user's cache where vectors of folders that are measured or learned from are kept."""
    return cache_folder().parent / "evaluations"


@dataclass(frozen=True, eq=False)
class DescribedFolder:
    """Every readable picture below a folder: by path its record, by describer and content its row."""

    records: dict[str, Record]
    failed: int
    interrupted: bool
    _place: dict[int, int]
    _rows: dict[Space, Vectors]
    _ready: tuple[Describer, ...] = ()

    def as_ready(self, describers: Sequence[Describer]) -> list[Describer]:
        """These as they were when they described the folder: what learns has learned."""
        ready = {spelling(describer): describer for describer in self._ready}
        return [ready.get(spelling(describer), describer) for describer in describers]

    def rows(self, describer: Describer, paths: Sequence[str]) -> Vectors:
        """(n, d) of that describer, for each path."""
        return self._rows[describer.space][[self._place[self.records[path].id] for path in paths]]


def describe_folder(
    root: str, describers: Sequence[Describer], cache: Path, options: Options, *, only: Sequence[str] = ()
) -> DescribedFolder:
    """Brings the cache up to date with the pictures below `root` and reads them from there.

    `only` names files below it that are wanted, where these are not all. Raises `BadQuery` for no folder, or a file.
    """
    root = os.path.realpath(root)
    if not os.path.lexists(root):
        raise BadQuery(f"there is no folder {root!r}: name one that holds pictures", path=root)
    if Path(root).is_file():
        raise BadQuery(f"{root!r} is a file: name the folder that holds the pictures", path=root)
    store = create_store(cache / hashlib.sha256(os.fsencode(root)).hexdigest()[:16])
    try:
        with store.writing():
            report, ready = ingest_and_learn(store, describers, [*only] or [root], options)
        wanted = set(only)
        records = {record.path: record for record in store.records() if not wanted or record.path in wanted}
        ids = np.unique(np.array([record.id for record in records.values()], np.int64))
        rows: dict[Space, Vectors] = {}
        for describer in ready:
            space = describer.space
            found = list(store.vectors(space, ids))
            have = np.concatenate([np.empty(0, np.int64), *(part for part, _ in found)])
            there = set(have.tolist())
            records = {path: record for path, record in records.items() if record.id in there}
            table = np.zeros((len(ids), space.columns), space.dtype)
            table[np.searchsorted(ids, have)] = np.concatenate(
                [np.empty((0, space.columns), space.dtype), *(vectors for _, vectors in found)]
            )
            rows[space] = table
    finally:
        store.close()
    place = {id: at for at, id in enumerate(ids.tolist())}
    return DescribedFolder(records, report.failed, report.interrupted, place, rows, tuple(ready))
