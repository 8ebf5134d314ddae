"""Products that a library keeps of every picture: a vector of each describer, local features, a grey plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lookalike.protocols import Describer, Store
from lookalike.registry import configuration
from lookalike.types import Picture, Space

Row = NDArray[Any]
"""(columns,) of one picture, as a worker replies with it."""


class Product(Protocol):
    """One of the things that are made of every picture. Frozen; it travels to the workers."""

    @property
    def space(self) -> Space: ...

    @property
    def min_side(self) -> int:
        """As of a describer."""

    def warm_up(self) -> None:
        """Loads what it needs, so that it counts as the worker's own, not as the first picture's."""

    def make(self, picture: Picture) -> Row:
        """The row of `picture`, decoded for `min_side`."""

    def is_kept(self, store: Store) -> bool:
        """Whether the store has its space."""

    def keep(self, store: Store) -> None:
        """Gives it a space in the store; no effect where there is one."""

    def put(self, store: Store, rows: Mapping[int, Row]) -> None:
        """Adds or replaces rows, by the id of the content."""


@dataclass(frozen=True)
class VectorOf:
    """The vector of a describer."""

    describer: Describer

    @property
    def space(self) -> Space:
        return self.describer.space

    @property
    def min_side(self) -> int:
        return self.describer.min_side

    def warm_up(self) -> None:
        self.describer.describe([])

    def make(self, picture: Picture) -> Row:
        row: Row = self.describer.describe([picture])[0]
        return row

    def is_kept(self, store: Store) -> bool:
        return self.space in store.spaces()

    def keep(self, store: Store) -> None:
        store.add_space(self.space, configuration(self.describer))

    def put(self, store: Store, rows: Mapping[int, Row]) -> None:
        store.put(self.space, ids_of(rows), table(self.space, rows))

    def put_frames(self, store: Store, id: int, numbers: Sequence[int], rows: Row) -> None:
        """Adds or replaces (f, columns) rows of further frames of a content."""
        store.put_frames(self.space, id, numbers, rows)


@dataclass(frozen=True, eq=False)
class Frames:
    """Further frames of a content: their numbers from 0, and (f, columns) rows of each describer."""

    numbers: Sequence[int]
    rows: Mapping[VectorOf, Row]


def ids_of(rows: Mapping[int, Row]) -> NDArray[np.int64]:
    """(n,) in their order."""
    return np.array(list(rows), np.int64)


def table(space: Space, rows: Mapping[int, Row]) -> NDArray[Any]:
    """(n, columns) in their order."""
    return np.array(list(rows.values()), space.dtype).reshape(len(rows), space.columns)


def keep_all(store: Store, products: tuple[Product, ...], dropped: tuple[Space, ...] = ()) -> None:
    """Gives each product a space and drops those spaces, all or nothing."""
    with store.transaction():
        for space in dropped:
            store.drop_space(space)
        for product in products:
            product.keep(store)


def is_new(store: Store) -> bool:
    """Whether nothing was ever put into the library: then what it keeps is still to be chosen."""
    return store.count() == 0 and not store.spaces()
