"""The process that builds the indexes of a library; the memory that training takes goes with it."""

from __future__ import annotations

import os

from lookalike.search.library import Library


def build(folder: str) -> None:
    """Builds every index, and writes on stdout how many of how many are built, from 0 on."""
    with Library(folder) as library:
        library.build_indexes(lambda built, total: os.write(1, b"%d %d\n" % (built, total)))
