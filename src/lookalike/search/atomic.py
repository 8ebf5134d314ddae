"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from lookalike.errors import BadQuery


def write_atomically(path: Path, data: bytes) -> Path:
    """`data` at `path`, replacing what was there; a failure leaves what was there. Pipes and devices are written to."""
    if path.is_dir():
        raise BadQuery(f"{os.fspath(path)!r} is a folder: name a file in it")
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return path
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        folder = os.fspath(path.parent)
        raise BadQuery(f"cannot write {path.name!r} in {folder!r}: {error.strerror}; make that folder first") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        temporary.chmod(_mode_of(path))  # mkstemp's own is for the owner alone
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return path


def _mode_of(path: Path) -> int:
    """Of the file that is replaced, else what the process gives a new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
