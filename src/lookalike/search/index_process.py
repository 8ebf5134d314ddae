"""The process that builds the indexes of a library; the memory that training takes goes with it."""

from __future__ import annotations

import os
from contextlib import closing

from lookalike.index.current import all_current
from lookalike.index.derived import INDEX_FOLDER, Derived
from lookalike.location import Location
from lookalike.store import open_store


def build(library: str) -> None:
    """Builds every index of a library, and writes on stdout how many of how many are built, from 0 on.

    Without a `Library`: to import all that one can do takes longer than to build the indexes of some hundred pictures.
    """
    at = Location.of(library)
    with closing(open_store(at, write=False)) as store:
        all_current(Derived(at.cache / INDEX_FOLDER), store, _tell)


def _tell(built: int, total: int) -> None:
    os.write(1, b"%d %d\n" % (built, total))
