"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from lookalike.errors import BadQuery

HINT = 100
"""Characters of a name that are repeated, in the name of a temporary file and in messages."""


def write_atomically(path: Path, data: bytes) -> Path:
    """`data` at `path`, replacing what was there; a failure leaves what was there. Returns `path`.

    A symbolic link stays, and the file that it leads to is replaced. Pipes and devices are written to.
    """
    target = _led_to(path)
    if target.is_dir():
        raise BadQuery(f"{os.fspath(path)!r} is a folder: name a file in it")
    if target.exists() and not target.is_file():
        target.write_bytes(data)
        return path
    _replace(target, data)
    return path


def _led_to(path: Path) -> Path:
    """`path`, or where it leads as a symbolic link; the file need not be there yet."""
    try:
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError) as error:  # RuntimeError: a link that leads to itself, before Python 3.13
        why = getattr(error, "strerror", None) or "the link leads to itself"
        raise BadQuery(f"cannot write {path.name!r}: {why}; name another file") from error


def _replace(path: Path, data: bytes) -> None:
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:HINT]}.")
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        folder = os.fspath(path.parent)
        raise BadQuery(f"cannot write {path.name!r} in {folder!r}: {error.strerror}; make that folder first") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        temporary.chmod(_mode_of(path))  # mkstemp's own is for the owner alone
        temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.errno in (errno.ENAMETOOLONG, errno.ELOOP):
            raise BadQuery(f"cannot write {path.name[:HINT]!r}: {error.strerror}; name another file") from error
        raise


def _mode_of(path: Path) -> int:
    """Mode of the file that is replaced, else the one that the process gives a new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
