"""Rows that wait for one commit."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lookalike.protocols import Describer, Store
from lookalike.types import Content, Failure, Stamp, Vectors


@dataclass
class Batch:
    """What a run has found out since its last commit."""

    files: list[tuple[str, Stamp, str]] = field(default_factory=list)  # path, stamp, sha256
    failures: list[Failure] = field(default_factory=list)
    contents: dict[str, Content] = field(default_factory=dict)
    vectors: dict[Describer, dict[str, Vectors]] = field(default_factory=lambda: defaultdict(dict))
    frames: dict[str, Sequence[int]] = field(default_factory=dict)  # sha256 -> numbers of the further ones
    started: float = field(default_factory=time.monotonic)

    def __len__(self) -> int:
        return max(len(self.files) + len(self.failures), len(self.contents))

    def add(self, content: Content, rows: dict[Describer, Vectors], frames: Sequence[int] = ()) -> None:
        """A content with its (1, d) row from each describer, and one more for each of these frames."""
        self.contents[content.sha256] = content
        self.frames[content.sha256] = frames
        for describer, row in rows.items():
            self.vectors[describer][content.sha256] = row

    def is_due(self, files: int, seconds: float) -> bool:
        """Whether it is as large or as old as that."""
        return len(self) >= files or (len(self) > 0 and time.monotonic() - self.started >= seconds)

    def commit(self, store: Store) -> None:
        """All of it, or nothing."""
        with store.transaction():
            ids = dict(zip(self.contents, store.put_contents(list(self.contents.values())).tolist(), strict=True))
            for describer, rows in self.vectors.items():
                of = np.array([ids[sha256] for sha256 in rows], np.int64)
                store.put(describer.space, of, np.concatenate([row[:1] for row in rows.values()]))
                for sha256, row in rows.items():
                    if len(row) > 1:
                        store.put_frames(describer.space, ids[sha256], self.frames[sha256], row[1:])
            store.put_records(self.files)
            store.put_failures(self.failures)
