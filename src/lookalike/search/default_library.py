"""Which library is meant where none is named."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from lookalike.location import VARIABLE, LocationLike
from lookalike.protocols import Describer
from lookalike.search.library import Library


def open_library(folder: LocationLike | None = None, *, describers: Sequence[Describer] = ()) -> Library:
    """Library in `folder`, else in LOOKALIKE_LIBRARY, else in the user's data directory. Nothing is made or read yet.

    It may be postgresql://USER@HOST/DATABASE in place of a folder, see docs/postgres.md.

    `describers` are objects that this session brings: one's own model, or what `lookalike.describer` makes of a
    function. Whatever the library keeps of them can be asked; name them in `Library.index` to fill it.
    """
    if folder is None:
        folder = os.environ.get(VARIABLE) or _default_folder()
    return Library(folder, describers=describers)


def _default_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("lookalike")
