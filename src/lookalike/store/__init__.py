"""Stores: the truth about a library. Nothing above this room knows SQL. A new kind is one file and one line here."""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

from lookalike.protocols import Store, StoreKind
from lookalike.registry import Table

STORES: Table[Store] = Table(
    "store",
    {
        "memory": "lookalike.store.memory:MemoryStore",
        "sqlite": "lookalike.store.sqlite:SQLiteStore",
    },
)
DEFAULT: Final = "sqlite"


def create_store(folder: Path, kind: str = DEFAULT) -> Store:
    """For writing; makes the library, or brings it to the newest format, where need be."""
    return _kind(kind).create(folder)


def open_store(folder: Path, *, write: bool = True, kind: str = DEFAULT) -> Store:
    """The library there; raises `LibraryMissing`, `LibraryDamaged` or `LibraryFormat` where there is none."""
    return _kind(kind).open(folder, write=write)


def _kind(name: str) -> StoreKind:
    return cast(StoreKind, STORES.load(name))
