"""Which library is meant where none is named."""

from __future__ import annotations

import os
from pathlib import Path

from lookalike.search.library import Library


def open_library(folder: str | os.PathLike[str] | None = None) -> Library:
    """The library in `folder`, else in LOOKALIKE_LIBRARY, else in the user's data directory."""
    if folder is None:
        folder = os.environ.get("LOOKALIKE_LIBRARY") or _default_folder()
    return Library(folder)


def _default_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("lookalike")
