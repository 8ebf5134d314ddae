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

from lookalike.pixels.augment import REVISION
from lookalike.protocols import Describer
from lookalike.search.atomic import write_atomically
from lookalike.search.calibration.edited_copies import COPY_SIDE, Copies
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
