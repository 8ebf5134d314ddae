"""Moves of a file that overwrite nothing and leave it, whenever they are stopped, in one of its two places."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Final

from lookalike.search.resolve.files import Held, sha256_of, state_of
from lookalike.search.resolve.outcomes import Refused

_UNKNOWN: Final = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)
"""Errors of systems and file systems that know no rename without overwriting."""


def temporary_beside(path: str) -> str:
    """A name in the same folder that nobody has; hidden, so that no index takes it for a picture."""
    return os.path.join(os.path.dirname(path), f".lookalike-{secrets.token_hex(8)}")


def rename_new(source: str, target: str) -> None:
    """Renames at once, and never onto something; raises `Refused` where the target exists."""
    rename = _exclusive_rename()
    if rename is not None:
        code = rename(os.fsencode(source), os.fsencode(target))
        if code == 0:
            return
        if code == errno.EEXIST:
            raise _taken(target)
        if code not in _UNKNOWN:
            raise OSError(code, os.strerror(code), source)
    if os.path.lexists(target):  # a file system without it: a moment is left in which another may take the name
        raise _taken(target)
    os.rename(source, target)


@cache
def _exclusive_rename() -> Callable[[bytes, bytes], int] | None:
    """The system's rename that fails where the target exists, giving an error number; None where it has none."""
    library = ctypes.CDLL(None, use_errno=True)

    def called(function: Callable[..., int], *arguments: object) -> int:
        return 0 if function(*arguments) == 0 else ctypes.get_errno()

    here = -100 if sys.platform == "linux" else -2  # AT_FDCWD
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        return lambda source, target: called(library.renameat2, here, source, here, target, 1)  # RENAME_NOREPLACE
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        return lambda source, target: called(library.renamex_np, source, target, 4)  # RENAME_EXCL
    return None


def _taken(target: str) -> Refused:
    return Refused("name_taken", f"{os.path.basename(target)!r} is there already")


def make_folder(folder: str) -> None:
    """With all above it; raises `Refused` where a file stands in the way, or a link leads elsewhere."""
    try:
        os.makedirs(folder, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise Refused("name_taken", f"{folder!r} is no folder") from error
    except PermissionError as error:
        raise Refused("read_only", f"{folder!r} cannot be made") from error
    if os.path.realpath(folder) != folder:
        raise Refused("link", f"{folder!r} leads elsewhere")


def move(file: Held, target: str, temporary: str, sha256: str) -> None:
    """The file to `target`: at once, or by way of a copy at `temporary`, beside it, where that is another drive."""
    if os.stat(os.path.dirname(target)).st_dev == file.status.st_dev:
        with suppress(_OtherDrive):
            return _rename(file, target)
    copy(file, temporary, sha256)
    try:
        rename_new(temporary, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    flush(os.path.dirname(target))
    if not file.is_as_it_was:
        os.unlink(target)
        raise Refused("changed", "it changed while it was moved")
    os.unlink(file.path)
    return None


class _OtherDrive(Exception):
    """Two folders of one device between which nothing can be renamed, as those of two mounts."""


def _rename(file: Held, target: str) -> None:
    try:
        rename_new(file.path, target)
    except OSError as error:
        if error.errno == errno.EXDEV:
            raise _OtherDrive from error
        raise
    if not is_it(target, file):  # another took its name at the last moment, or wrote to it
        rename_new(target, file.path)
        raise Refused("changed", "it changed while it was moved")


def is_it(path: str, file: Held) -> bool:
    """Whether that is the very file under another name, and nobody wrote to it."""
    now = os.lstat(path)
    return (now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns) == state_of(file.status)[:4]


def copy(file: Held, temporary: str, sha256: str, like: os.stat_result | None = None) -> None:
    """The bytes at a new name, on the disk and compared, with times and mode of the file; nothing where it fails."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    made = os.open(temporary, flags, 0o600)
    try:
        with open(made, "wb", closefd=False) as out, open(file.descriptor, "rb", closefd=False) as bytes_of_file:
            bytes_of_file.seek(0)
            shutil.copyfileobj(bytes_of_file, out, 2**20)
        if sha256_of(made) != sha256:
            raise Refused("changed", "its bytes changed while they were copied")
        if like is None:
            shutil.copystat(file.path, temporary, follow_symlinks=False)
        os.fsync(made)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    finally:
        os.close(made)


def look_like(path: str, mode: int, mtime_ns: int) -> None:
    """Gives a file its mode and time of change."""
    os.chmod(path, stat.S_IMODE(mode))
    os.utime(path, ns=(mtime_ns, mtime_ns))


def flush(folder: str) -> None:
    """Has the names of a folder on the disk, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
