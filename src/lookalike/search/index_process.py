"""The process that builds the indexes of a library; the memory that training takes goes with it."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from lookalike.index.derived import FOLDER, Derived, all_current
from lookalike.store import open_store


def build(folder: str) -> None:
    """Builds every index, and writes on stdout how many of how many are built, from 0 on.

    Without a `Library`: to import all that one can do takes longer than to build the indexes of some hundred pictures.
    """
    with closing(open_store(Path(folder), write=False)) as store:
        all_current(Derived(Path(folder, FOLDER)), store, _tell)


def _tell(built: int, total: int) -> None:
    os.write(1, b"%d %d\n" % (built, total))
