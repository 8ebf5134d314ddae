"""Weight files that a user names by path, or that the table knows by name."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from lookalike.errors import WeightsError
from lookalike.models.cache import path_of
from lookalike.models.table import WEIGHTS


def weights_file(path: str, name: str, *, official: str) -> Path:
    """The file at `path`; without one, that of the row `name`; `official` is what to look for where there is no row."""
    if path:
        return _there(path)
    if name in WEIGHTS:
        return path_of(name)
    raise WeightsError(
        f"{name} needs its weights, which may not be passed on: give the path of the official {official} "
        "in the setting `weights`"
    )


def weights_digest(path: str, name: str, *, official: str) -> str:
    """sha256 of that file; of a row it is known without the file."""
    if not path and name in WEIGHTS:
        return WEIGHTS[name].sha256
    file = weights_file(path, name, official=official)
    facts = file.stat()
    return _sha256(file, facts.st_size, facts.st_mtime_ns)


def _there(path: str) -> Path:
    file = Path(path)
    if not file.is_file():
        raise WeightsError(f"there are no weights at {path}; give the path of a checkpoint")
    return file


@cache
def _sha256(file: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001  told by them that it is unchanged
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
