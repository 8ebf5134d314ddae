from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from lookalike.app.cli.exits import exit_for
from lookalike.errors import DatabaseLost, DatabaseRefused, LibraryBusy, LibraryDamaged, LookalikeError, OutOfSpace
from lookalike.location import Location
from lookalike.store.postgres.errors import errors_of

AT = Location.of("postgresql://me:hidden@host/db")


@pytest.mark.parametrize(
    ("kind", "expected", "code"),
    [
        (errors.DiskFull, OutOfSpace, 7),
        (errors.OutOfMemory, OutOfSpace, 7),
        (errors.TooManyConnections, OutOfSpace, 7),
        (errors.DeadlockDetected, LibraryBusy, 4),
        (errors.LockNotAvailable, LibraryBusy, 4),
        (errors.DataCorrupted, LibraryDamaged, 5),
        (errors.IoError, LibraryDamaged, 5),
        (errors.AdminShutdown, DatabaseLost, 4),
        (psycopg.OperationalError, DatabaseLost, 4),
        (errors.ReadOnlySqlTransaction, DatabaseRefused, 2),
        (errors.InsufficientPrivilege, DatabaseRefused, 2),
    ],
)
def test_what_the_server_says_is_told_in_our_words_on_one_line_without_a_password(
    kind: type[psycopg.Error], expected: type[LookalikeError], code: int
) -> None:
    with pytest.raises(expected) as caught, errors_of(AT):
        raise kind("no room\nat hidden")
    told = str(caught.value)
    assert exit_for(caught.value) == code
    assert str(AT) in told
    assert "hidden" not in told
    assert "\n" not in told


def test_a_defect_stays_one() -> None:
    with pytest.raises(errors.SyntaxError), errors_of(AT):
        raise errors.SyntaxError("nonsense")
