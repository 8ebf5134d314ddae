"""Small grey planes of a library's pictures, in which a template is looked for before any file is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.planes import small_grey
from lookalike.protocols import Store
from lookalike.registry import configuration, digest
from lookalike.search.ingest.products import Row, ids_of, is_new, table
from lookalike.types import Picture, Size, Space

Plane = NDArray[np.uint8]
"""(h, w) means of grey."""


DECODED: Final = 224
"""px of the shorter side that a picture is decoded with, at least: describers want as many, and means are true."""


@dataclass(frozen=True)
class SmallPlane:
    """Grey means over `long` x `short` equal cells of a picture, whatever its proportions; its longer side gets `long`.

    A byte a cell: 19 kB as it is.
    """

    name: ClassVar[str] = "plane"
    revision: ClassVar[int] = 1

    long: int = 160
    short: int = 120

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.long * self.short, "correlation")

    @property
    def min_side(self) -> int:
        """As of a describer."""
        return max(DECODED, self.short)

    def cells(self, size: Size) -> Size:
        """(w, h) of the plane of a picture of `size` (w, h) px."""
        return (self.long, self.short) if size[0] >= size[1] else (self.short, self.long)

    def plane(self, picture: Picture) -> Plane:
        """(h, w) of `picture`."""
        return small_grey(picture, *self.cells(picture.size))


PLANE: Final = SmallPlane()
"""Plane that libraries keep."""


@dataclass(frozen=True)
class PlaneOf:
    """The small plane of a picture, row after row."""

    maker: SmallPlane

    @property
    def space(self) -> Space:
        return self.maker.space

    @property
    def min_side(self) -> int:
        return self.maker.min_side

    def warm_up(self) -> None:
        """There is nothing to load."""

    def make(self, picture: Picture) -> Row:
        return self.maker.plane(picture).ravel()

    def is_kept(self, store: Store) -> bool:
        return self.space in store.spaces("planes")

    def keep(self, store: Store) -> None:
        store.add_space(self.space, configuration(self.maker), "planes")

    def put(self, store: Store, rows: Mapping[int, Row]) -> None:
        store.put(self.space, ids_of(rows), table(self.space, rows))


def keeps_planes(store: Store) -> bool:
    """Whether the library keeps them, as this program reads them."""
    return PLANE.space in store.spaces("planes")


def wanted_planes(store: Store, keep: bool | None) -> tuple[tuple[PlaneOf, ...], tuple[Space, ...]]:
    """Which small planes the library keeps from now on, and the spaces that it drops for that.

    `keep` None leaves it as it is, and begins with a new library. Planes of another make are dropped, and made anew.
    """
    there = store.spaces("planes")
    is_kept = keep or (keep is None and (bool(there) or is_new(store)))
    dropped = tuple(space for space in there if not is_kept or space != PLANE.space)
    return ((PlaneOf(PLANE),) if is_kept else ()), dropped
