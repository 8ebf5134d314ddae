"""Stores: the truth about a library. Nothing above this room knows SQL. A new kind is one file and one line here."""

from __future__ import annotations

from typing import Final, cast

from lookalike.location import Location, LocationLike
from lookalike.protocols import Store, StoreKind
from lookalike.registry import Table

STORES: Table[Store] = Table(
    "store",
    {
        "memory": "lookalike.store.memory:MemoryStore",
        "sqlite": "lookalike.store.sqlite:SQLiteStore",
    },
)
IN_A_FOLDER: Final = "sqlite"


def create_store(at: LocationLike, kind: str = "") -> Store:
    """For writing; makes the library, or brings it to the newest format, where need be."""
    location = Location.of(at)
    return kind_of(location, kind).create(location)


def open_store(at: LocationLike, *, write: bool = True, kind: str = "") -> Store:
    """The library there; raises `LibraryMissing`, `LibraryDamaged` or `LibraryFormat` where there is none."""
    location = Location.of(at)
    return kind_of(location, kind).open(location, write=write)


def kind_of(at: Location, name: str = "") -> StoreKind:
    """The class of that name, or of the stores that are at such places."""
    return cast(StoreKind, STORES.load(name or IN_A_FOLDER))
