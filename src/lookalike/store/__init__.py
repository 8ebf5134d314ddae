"""Stores: the truth about a library. Nothing above this room knows SQL. A new kind is one file and one line here."""

from __future__ import annotations

from typing import Final, Protocol, cast

from lookalike.location import Location, LocationLike
from lookalike.protocols import Store
from lookalike.registry import Table

STORES: Table[Store] = Table(
    "store",
    {
        "memory": "lookalike.store.memory:MemoryStore",
        "postgres": "lookalike.store.postgres.store:PostgresStore",
        "sqlite": "lookalike.store.sqlite:SQLiteStore",
    },
    extra="postgres",
)
IN_A_FOLDER: Final = "sqlite"
ON_A_SERVER: Final = "postgres"


class StoreKind(Protocol):
    """A class of stores: makes one, or opens the one that is there."""

    def create(self, at: Location) -> Store:
        """For writing; makes the library, or brings it to the newest format, where need be."""

    def open(self, at: Location, *, write: bool = True) -> Store:
        """Raises `LibraryMissing`, `LibraryDamaged` or `LibraryFormat` where there is none to open."""

    def is_there(self, at: Location) -> bool:
        """Whether there is a library, of whatever format."""

    def remove_if_empty(self, at: Location) -> None:
        """Removes one that holds nothing."""


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
    return cast(StoreKind, STORES.load(name or (ON_A_SERVER if at.url else IN_A_FOLDER)))
