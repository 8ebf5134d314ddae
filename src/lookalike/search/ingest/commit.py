"""Rows that wait for one commit."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import dataclass, field

from lookalike.errors import DatabaseLost, LibraryBusy
from lookalike.facts import Facts, Place
from lookalike.protocols import Store
from lookalike.search.ingest.options import COMMIT_BYTES
from lookalike.search.ingest.products import Frames, Product, Row
from lookalike.search.ingest.read import File
from lookalike.types import Content, Failure


@dataclass
class Batch:
    """Findings of a run since its last commit."""

    files: list[File] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    contents: dict[str, Content] = field(default_factory=dict)
    rows: dict[Product, dict[str, Row]] = field(default_factory=lambda: defaultdict(dict))
    frames: dict[str, Frames] = field(default_factory=dict)
    said: dict[str, tuple[Facts, Place | None]] = field(default_factory=dict)
    started: float = math.inf
    """When the first of it was found out."""
    bytes: int = 0
    """Bytes of the rows."""

    def __len__(self) -> int:
        return max(len(self.files) + len(self.failures), len(self.contents))

    def add(self, content: Content, rows: dict[Product, Row], frames: Frames, said: tuple[Facts, Place | None]) -> None:
        """A content with what was made of it, and of its further frames, and what its file says of it."""
        self._begin()
        self.said[content.sha256] = said
        self.frames[content.sha256] = frames
        self.contents[content.sha256] = content
        for product, row in rows.items():
            self.rows[product][content.sha256] = row
            self.bytes += row.nbytes

    def add_file(self, file: File) -> None:
        """A file of a known content, or of one that was added."""
        self._begin()
        self.files.append(file)

    def add_failure(self, failure: Failure) -> None:
        """A file that gives no picture."""
        self._begin()
        self.failures.append(failure)

    def _begin(self) -> None:
        self.started = min(self.started, time.monotonic())

    def is_due(self, files: int, seconds: float) -> bool:
        """Whether it is as large or as old as that."""
        return len(self) >= files or self.bytes >= COMMIT_BYTES or time.monotonic() - self.started >= seconds

    def commit(self, store: Store) -> None:
        """All of it, or nothing; once more where the server was away, since each step done twice gives the same."""
        try:
            self._put(store)
        except (DatabaseLost, LibraryBusy):
            self._put(store)

    def _put(self, store: Store) -> None:
        with store.transaction():
            ids = dict(zip(self.contents, store.put_contents(list(self.contents.values())).tolist(), strict=True))
            store.facts.put(self.said)
            for product, rows in self.rows.items():
                product.put(store, {ids[sha256]: row for sha256, row in rows.items()})
            for sha256, frames in self.frames.items():
                for product, further in frames.rows.items():
                    product.put_frames(store, ids[sha256], frames.numbers, further)
            store.put_records(self.files)
            store.put_failures(self.failures)
