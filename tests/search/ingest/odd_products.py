"""Things made of pictures that go wrong, importable by workers."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lookalike.protocols import Store
from lookalike.search.ingest.products import Row, ids_of, table
from lookalike.types import Picture, Space


@dataclass(frozen=True)
class OddPlane:
    """The brightness of a picture, unless it is darker than `least`; then its worker dies, or an error is raised."""

    least: int
    kills: bool
    side: int = 8

    @property
    def space(self) -> Space:
        return Space("odd", "0" * 16, 1, "correlation")

    @property
    def min_side(self) -> int:
        return self.side

    def warm_up(self) -> None: ...

    def make(self, picture: Picture) -> Row:
        brightness = int(picture.pixels.mean())
        if brightness < self.least:
            if self.kills:
                os.kill(os.getpid(), signal.SIGKILL)
            raise ZeroDivisionError("too dark")
        return np.array([brightness], np.uint8)

    def is_kept(self, store: Store) -> bool:
        return self.space in store.spaces("planes")

    def keep(self, store: Store) -> None:
        store.add_space(self.space, "{}", "planes")

    def put(self, store: Store, rows: Mapping[int, Row]) -> None:
        store.put(self.space, ids_of(rows), table(self.space, rows))
