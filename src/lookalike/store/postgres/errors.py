"""Errors of PostgreSQL and of the way to it, in our words. None of them names a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Error, errors

from lookalike.errors import (
    DatabaseLost,
    DatabaseRefused,
    LibraryBusy,
    LibraryDamaged,
    OutOfSpace,
)
from lookalike.location import Location

_WAITING = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.QueryCanceled,
    errors.UndefinedTable,  # of a space that another writer dropped in the meantime
)
_LOST = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.IdleInTransactionSessionTimeout)
_FULL = "53"
"""Class of errors of resources that are used up: disk, memory, connections."""
_DAMAGED = ("XX", "58")
"""Classes of errors of what cannot be, and of files that the server cannot read or write."""


@contextmanager
def errors_of(at: Location) -> Iterator[None]:
    """Raises what PostgreSQL raises as what a user can act on."""
    try:
        yield
    except Error as error:
        told = said(at, error)
        state = error.sqlstate or ""
        if is_lost(error):
            raise DatabaseLost(
                f"the connection to the library at {str(at)!r} was lost: {told}; what was committed is kept: try again"
            ) from error
        if state.startswith(_FULL):
            raise OutOfSpace(f"the server of {str(at)!r} has no room: {told}; what was committed is kept") from error
        if isinstance(error, _WAITING):
            raise LibraryBusy(
                f"another program is changing the library at {str(at)!r}: {told}; what was committed is kept: try again"
            ) from error
        if isinstance(error, errors.ReadOnlySqlTransaction):
            raise standby(at) from error
        if isinstance(error, errors.InsufficientPrivilege):
            raise DatabaseRefused(
                f"you may not do this to the library at {str(at)!r}: {told}; its owner can allow it by GRANT"
            ) from error
        if state.startswith(_DAMAGED):
            raise LibraryDamaged(
                f"the server cannot use the database of {str(at)!r}: {told}; see its log, or restore a backup"
            ) from error
        raise


def is_lost(error: Error) -> bool:
    """Whether it says that the server is gone, and nothing of what was asked."""
    return isinstance(error, _LOST) or (error.sqlstate is None and isinstance(error, errors.OperationalError))


def standby(at: Location) -> DatabaseRefused:
    """The error of a server that only reads."""
    return DatabaseRefused(
        f"the server of {str(at)!r} is a standby, which can only be searched: name the primary, or all of them, as in "
        "postgresql://USER@ONE,OTHER/DATABASE?target_session_attrs=read-write"
    )


def said(at: Location, error: Error) -> str:
    """Words of the server, on one line."""
    return at.without_secrets(" ".join(str(error).split()))
