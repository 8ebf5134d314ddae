"""Files of contents, read from the store as they are wanted: of a hundred that are ranked a few dozen are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from lookalike.protocols import Store
from lookalike.types import Ids, Record

AT_ONCE: Final = 16
"""Contents whose files are read together with that of one."""


class Files:
    """Files of contents, which come in the order in which they will most likely be asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._read: dict[int, list[Record]] = {}

    def of(self, id: int, ids: Ids) -> Sequence[Record]:
        """Files of a content, by path; those of the next of `ids`, among which it is, are read at the same time."""
        if id not in self._read:
            start = int(np.flatnonzero(ids == id)[0])
            self.read(ids[start : start + AT_ONCE].tolist())
        return self._read[id]

    def read(self, ids: Iterable[int]) -> dict[int, list[Record]]:
        """Files of each of these contents."""
        wanted = list(ids)
        missing = [id for id in wanted if id not in self._read]
        if missing:
            self._read |= {id: [] for id in missing}
            for record in self._store.records(np.array(sorted(missing), np.int64)):
                self._read[record.id].append(record)
        return {id: self._read[id] for id in wanted}
