"""Files that are held open while something is done to them or for them, their bytes compared with those indexed."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lookalike.search.resolve.outcomes import Refused

State = tuple[int, int, int, int, int]
"""Device, inode, bytes, times of change of the bytes and of the entry."""


@dataclass
class Held:
    """An open file; `status` is as it was when its bytes were compared."""

    path: str
    descriptor: int
    status: os.stat_result = field(repr=False)

    @property
    def inode(self) -> tuple[int, int]:
        """Key that all names of the file share."""
        return self.status.st_dev, self.status.st_ino

    @property
    def is_as_it_was(self) -> bool:
        """Whether its name still leads to it, and nobody wrote to it."""
        try:
            return state_of(os.lstat(self.path)) == state_of(self.status)
        except OSError:
            return False

    def renew(self) -> None:
        """Takes a change of our own, such as a further name, for what it is."""
        self.status = os.fstat(self.descriptor)


@contextmanager
def held(path: str, sha256: str) -> Iterator[Held]:
    """The file, whose bytes are those of `sha256`; raises `Refused` where it is gone, another, or behind a link."""
    descriptor = _opened(path)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Refused("link", "no file any more, but a link, a folder or a device")
        digest = sha256_of(descriptor)
        found = Held(path, descriptor, status)
        if digest != sha256 or not found.is_as_it_was:
            raise Refused("changed", "its bytes have changed since it was indexed")
        yield found
    finally:
        os.close(descriptor)


def _opened(path: str) -> int:
    if os.path.realpath(os.path.dirname(path)) != os.path.dirname(path):
        raise Refused("link" if os.path.lexists(path) else "gone", "its folder is gone, or a link to another")
    try:
        return os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Refused("gone", "it is gone since it was indexed") from error
    except PermissionError as error:
        raise Refused("permission", "it may not be read") from error
    except OSError as error:
        if Path(path).is_symlink():
            raise Refused("link", "no file any more, but a link") from error
        raise


def sha256_of(descriptor: int) -> str:
    """Digest of all bytes of an open file."""
    with open(descriptor, "rb", closefd=False) as file:
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def holds(path: str, sha256: str) -> bool:
    """Whether a regular file of these bytes is there; a link to one is none."""
    try:
        with held(path, sha256):
            return True
    except (Refused, OSError):
        return False


def state_of(status: os.stat_result) -> State:
    """By which a change is noticed."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def check_may_go(path: str, status: os.stat_result) -> None:
    """Raises `Refused` for a file of another user, and where the folder may not be written to."""
    if status.st_uid != os.geteuid():
        raise Refused("owner", f"it belongs to {_user(status.st_uid)}")
    if not _may_write(os.path.dirname(path)):
        raise Refused("read_only", "its folder may not be written to")


def _user(number: int) -> str:
    import pwd

    try:
        return f"the user {pwd.getpwuid(number).pw_name!r}"
    except KeyError:
        return f"the user {number}"


def _may_write(folder: str) -> bool:
    effective = os.access in os.supports_effective_ids
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=effective)
