"""Weight files that a user names by path, or that the table knows by name."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from lookalike.errors import WeightsError
from lookalike.models.cache import path_of
from lookalike.models.own_weights import KINDS, ending_of, models_folder
from lookalike.models.table import WEIGHTS


def weights_file(path: str, name: str, *, official: str) -> Path:
    """The file at `path`, or that `train --features` gave this name; without one, that of the row `name`.

    `official` is what to look for where there is no row.
    """
    if path:
        return _there(path, name)
    if name in WEIGHTS:
        return path_of(name)
    raise WeightsError(
        f"{name} needs its weights, which may not be passed on: give the path of the official {official} "
        "in the setting `weights`"
        + (f", or train your own: lookalike train PHOTOS --features {name} -o NAME" if name in KINDS else "")
    )


def weights_digest(path: str, name: str, *, official: str) -> str:
    """sha256 of that file; of a row it is known without the file."""
    if not path and name in WEIGHTS:
        return WEIGHTS[name].sha256
    file = weights_file(path, name, official=official)
    facts = file.stat()
    return _sha256(file, facts.st_size, facts.st_mtime_ns)


def _there(path: str, name: str) -> Path:
    for file in (Path(path), models_folder() / f"{path}{ending_of(name)}"):
        if file.is_file():
            return file
    raise WeightsError(f"there are no weights at {path}; give the path of a checkpoint, or the name of trained weights")


@cache
def _sha256(file: Path, size: int, mtime_ns: int) -> str:  # noqa: ARG001  told by them that it is unchanged
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
