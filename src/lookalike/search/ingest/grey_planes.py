"""Small grey planes of a library's pictures, in which a template is looked for before any file is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.pixels.planes import small_grey
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Store
from lookalike.registry import configuration, digest
from lookalike.search.ingest.backfill import Filling, fill, is_new
from lookalike.search.ingest.read import Loaded
from lookalike.search.ingest.run import IndexReport, Options
from lookalike.types import Picture, Size, Space

Plane = NDArray[np.uint8]
"""(h, w) means of grey."""


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
        return self.short

    def cells(self, size: Size) -> Size:
        """(w, h) of the plane of a picture of `size` (w, h) px."""
        return (self.long, self.short) if size[0] >= size[1] else (self.short, self.long)

    def plane(self, picture: Picture) -> Plane:
        """(h, w) of `picture`."""
        return small_grey(picture, *self.cells(picture.size))


PLANE: Final = SmallPlane()
"""What libraries keep."""


@dataclass(frozen=True)
class PlaneOfBytes:
    """Makes the handler of a worker: the bytes of a file in, its small plane, row after row, out."""

    maker: SmallPlane
    limits: Limits

    def __call__(self) -> Callable[[Loaded], Reply]:
        return self._plane

    def _plane(self, loaded: Loaded) -> Reply:
        picture = decode(loaded.data, min_side=self.maker.min_side, limits=self.limits).picture
        return Reply({}, (self.maker.plane(picture).ravel(),))


def keeps_planes(store: Store) -> bool:
    """Whether the library keeps them, as this program reads them."""
    return PLANE.space in store.spaces("planes")


def keep_planes(store: Store, keep: bool | None) -> None:
    """Has the library keep small planes, or drop them; None leaves it as it is, and begins with a new library.

    Planes of another make are dropped, and made anew.
    """
    there = store.spaces("planes")
    kept = keep or (keep is None and (bool(there) or is_new(store)))
    with store.transaction():
        for space in there:
            if not kept or space != PLANE.space:
                store.drop_space(space)
        if kept:
            store.add_space(PLANE.space, configuration(PLANE), "planes")


def fill_planes(store: Store, report: IndexReport, options: Options) -> IndexReport:
    """`report` of the passes before, with what this one adds to it. The caller holds `store.writing()`."""
    if not keeps_planes(store):
        return report

    def put(rows: Mapping[int, Plane]) -> None:
        ids = np.array(list(rows), np.int64)
        store.put(PLANE.space, ids, np.array(list(rows.values()), np.uint8).reshape(len(ids), PLANE.space.columns))

    return fill(store, Filling(PLANE.space, PlaneOfBytes(PLANE, options.limits), put, "small planes"), report, options)
