"""Advisory locks: on writing, which writers share, and on single pictures. The server lets go of those of the dead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from psycopg import sql

from lookalike.errors import LibraryBusy
from lookalike.location import Location
from lookalike.store.postgres.connection import LOCK_CLASS, SPACES, WRITERS, Connection

_HOLDERS: Final = """
    SELECT DISTINCT a.application_name, a.backend_start::timestamptz(0)::text
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = %s AND a.pid != pg_backend_pid()
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def hold(connection: Connection, at: Location, *, together: bool) -> None:
    """Takes the writers' lock for the session; raises `LibraryBusy` that names who is in the way."""
    take = sql.SQL("SELECT pg_try_advisory_lock_shared(%s, %s)" if together else "SELECT pg_try_advisory_lock(%s, %s)")
    if connection.execute(take, (LOCK_CLASS, WRITERS)).fetchone() != (True,):
        found = connection.execute(_HOLDERS, (LOCK_CLASS, WRITERS)).fetchall()
        names = " and ".join(f"{name} since {start}" for name, start in found) or "another process"
        raise LibraryBusy(f"the library in {str(at)!r} is being written to by {names}; wait for it, or stop it")


def let_go(connection: Connection, *, together: bool) -> None:
    """Gives back what `hold` took."""
    give = sql.SQL("SELECT pg_advisory_unlock_shared(%s, %s)" if together else "SELECT pg_advisory_unlock(%s, %s)")
    connection.execute(give, (LOCK_CLASS, WRITERS))


def lock_pictures(connection: Connection, sha256s: Iterable[bytes]) -> None:
    """Has other writers of these pictures wait until the transaction ends.

    Everybody takes them in one order, so that no two wait for each other.
    """
    keys = [int.from_bytes(sha256[:8], signed=True) for sha256 in sorted(sha256s)]
    connection.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) key", (keys,))


def lock_contents(connection: Connection, ids: list[int]) -> None:
    """As `lock_pictures`, by the ids of those that are there."""
    text = """SELECT pg_advisory_xact_lock(('x' || encode(substr(sha256, 1, 8), 'hex'))::bit(64)::bigint)
              FROM (SELECT sha256 FROM contents WHERE id = ANY(%s) ORDER BY sha256) chosen"""
    connection.execute(text, (ids,))


def lock_spaces(connection: Connection) -> None:
    """Has other programs that add or drop a space wait until the transaction ends."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, SPACES))
