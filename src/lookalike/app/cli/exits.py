"""Errors as exit codes and as names, in the words of the contract."""

from __future__ import annotations

import errno
import os
import re
from enum import IntEnum

from lookalike import errors


class Exit(IntEnum):
    """Exit codes of every verb."""

    DONE = 0
    NOTHING_FOUND = 1
    WRONG_USE = 2
    SOME_FAILED = 3
    BUSY = 4
    DAMAGED = 5
    OTHER_FORMAT = 6
    LIMIT = 7
    INTERRUPTED = 130


_CODES: tuple[tuple[type[BaseException], Exit], ...] = (
    (errors.LibraryBusy, Exit.BUSY),
    (errors.DatabaseLost, Exit.BUSY),
    (errors.LibraryDamaged, Exit.DAMAGED),
    (errors.LibraryFormat, Exit.OTHER_FORMAT),
    (errors.OutOfSpace, Exit.LIMIT),
    (MemoryError, Exit.LIMIT),
    (errors.LookalikeError, Exit.WRONG_USE),
)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOLCK)


def exit_for(error: BaseException) -> Exit | None:
    """The exit code for an error that a user can act on, None for a defect of the program."""
    if isinstance(error, OSError):
        return Exit.LIMIT if error.errno in _FULL else Exit.WRONG_USE
    return next((code for kind, code in _CODES if isinstance(error, kind)), None)


def name_of(error: BaseException) -> str:
    """The `code` of an error document: the class of the error, as bad_query; `io`, `limit` or `defect` for others."""
    if isinstance(error, errors.LookalikeError):
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    code = exit_for(error)
    return "defect" if code is None else "limit" if code == Exit.LIMIT else "io"


def path_of(error: BaseException) -> str | None:
    """The file or folder that an error is about, None where it is about none."""
    if isinstance(error, errors.LookalikeError):
        return error.path
    named = error.filename if isinstance(error, OSError) else None
    return os.fsdecode(named) if isinstance(named, (str, bytes)) else None
