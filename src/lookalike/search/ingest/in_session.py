"""Vectors of a describer that lives in this process, since a model or a function cannot travel to the workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lookalike.protocols import Describer, Store
from lookalike.registry import configuration
from lookalike.search.ingest.products import Row, ids_of
from lookalike.types import Picture, Space

AT_ONCE: Final = 16
"""Pictures that a describer is given together."""


@dataclass(frozen=True)
class InSession:
    """The vector of `describer`, made in this process, at the commit, of the picture that a worker decoded.

    A worker has it without the describer.
    """

    space: Space
    min_side: int
    describer: Describer | None = field(repr=False, compare=False)

    @classmethod
    def of(cls, describer: Describer) -> InSession:
        """The product of one describer."""
        return cls(describer.space, describer.min_side, describer)

    def __getstate__(self) -> dict[str, object]:
        return {"space": self.space, "min_side": self.min_side, "describer": None}

    def warm_up(self) -> None:
        """Loads nothing: the describer is not here."""

    def make(self, picture: Picture) -> Row:
        return packed(picture)

    def is_kept(self, store: Store) -> bool:
        return self.space in store.spaces()

    def keep(self, store: Store) -> None:
        store.add_space(self.space, configuration(self.describer))

    def put(self, store: Store, rows: Mapping[int, Row]) -> None:
        assert self.describer is not None  # it is only in the workers
        ids = ids_of(rows)
        pictures = [unpacked(row) for row in rows.values()]
        for start in range(0, len(pictures), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            store.put(self.space, ids[part], self.describer.describe(pictures[part]))


def packed(picture: Picture) -> Row:
    """(16 + h * w * 3,) bytes: the size of the original, the shape, the pixels."""
    sizes = np.array([*picture.size, *picture.pixels.shape[:2]], np.int32)
    return np.concatenate([sizes.view(np.uint8), picture.pixels.reshape(-1)])


def unpacked(row: Row) -> Picture:
    """The picture of `packed`."""
    width, height, rows, columns = row[:16].view(np.int32).tolist()
    return Picture(row[16:].reshape(rows, columns, 3), (width, height))
