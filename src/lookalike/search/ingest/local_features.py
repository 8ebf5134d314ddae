"""Local features of a library's pictures: which it keeps, and how they are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from lookalike.errors import BadQuery
from lookalike.protocols import Extractor, Store
from lookalike.registry import configuration
from lookalike.search.components import DEFAULT_EXTRACTOR, extractor_of
from lookalike.search.ingest.products import Row, is_new
from lookalike.store.packing import packed_array, rows_kept
from lookalike.types import Picture, Space

_NOISE: Final = Picture(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8), (64, 64))
"""Quick to look at, and not even: of what is, some say that there is nothing before they load what they need."""


@dataclass(frozen=True)
class FeaturesOf:
    """The local features of an extractor."""

    extractor: Extractor

    @property
    def space(self) -> Space:
        return self.extractor.space

    @property
    def min_side(self) -> int:
        return self.extractor.min_side

    def warm_up(self) -> None:
        self.extractor.extract(_NOISE)

    def make(self, picture: Picture) -> Row:
        """Bytes as a store keeps them: packed in one of many workers, not in the one process that writes."""
        return packed_array(self.extractor.extract(picture), rows_kept(self.space))

    def is_kept(self, store: Store) -> bool:
        return self.space in store.spaces("local")

    def keep(self, store: Store) -> None:
        store.add_space(self.space, configuration(self.extractor), "local")

    def put(self, store: Store, rows: Mapping[int, Row]) -> None:
        store.put_local(self.space, {id: row.tobytes() for id, row in rows.items()})


def wanted_features(
    store: Store, keep: bool | None, named: Extractor | None = None
) -> tuple[tuple[FeaturesOf, ...], tuple[Space, ...]]:
    """Which local features the library keeps from now on, and the spaces that it drops for that.

    `keep` None leaves it as it is, and begins with a new library. Those that are `named` take the place of all others.
    """
    check_features(keep, named)
    there = extractor_of(store)
    is_replaced = named is not None and named != there
    dropped = tuple(store.spaces("local")) if keep is False or is_replaced else ()
    if keep is False:
        return (), dropped
    extractor = named or there or (DEFAULT_EXTRACTOR if keep or is_new(store) else None)
    return (() if extractor is None else (FeaturesOf(extractor),)), dropped


def check_features(keep: bool | None, named: Extractor | None) -> None:
    """Raises `BadQuery` where features are named that are not to be kept."""
    if named is not None and keep is False:
        raise BadQuery("local features are named that the library is not to keep: leave out the one or the other")
