"""A connection to the database of a library, checked to be one that this program can use."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final, TypeAlias

import numpy as np
import psycopg
from psycopg import errors, sql
from psycopg.adapt import Buffer, Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import Format

from lookalike.errors import DatabaseRefused, LibraryFormat, LibraryMissing
from lookalike.location import Location
from lookalike.store.postgres.errors import errors_of, said, standby
from lookalike.store.postgres.schema import MIGRATIONS, SCHEMA
from lookalike.store.rows import whole

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

OLDEST: Final = 16
EXTENSION: Final = "vector"
LOCK_CLASS: Final = 0x6C6B616C
"""'lkal': the class of the advisory locks that are not on a picture."""
WRITERS, FORMAT, SPACES = range(3)
"""Its locks: on writing, which writers share; on bringing the tables up to date; on adding a space."""
_DEFAULTS: Final = {"connect_timeout": 10, "tcp_user_timeout": 30_000}
_WAIT: Final = "60s"
"""For what another writer holds: it commits within seconds."""


def connect(at: Location, *, write: bool, migrations: Sequence[str] = MIGRATIONS) -> Connection:
    """To the library there; one of an older format is brought up to date for a writer, refused to a reader."""
    connection = opened(at, write=write)
    try:
        with errors_of(at):
            there = format_of(connection)
            if not there:
                raise LibraryMissing(f"there is no library in {str(at)!r}; make one with `lookalike index PATH`")
            if there < len(migrations) and write:
                migrate(connection, at, migrations)
            elif there != len(migrations):
                raise _other_format(connection, at, there, len(migrations))
            _adapt(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def create(at: Location, migrations: Sequence[str] = MIGRATIONS) -> None:
    """An empty library there where there is none, one of the newest format where there is an older one."""
    with opened(at, write=True) as connection, errors_of(at):
        migrate(connection, at, migrations)


def opened(at: Location, *, write: bool, oldest: int = OLDEST) -> Connection:
    """To a server that may hold a library, whether or not it does; raises `DatabaseRefused` that says what is amiss."""
    try:
        asked = {**_DEFAULTS, **conninfo_to_dict(at.url), "application_name": _own_name(), "client_encoding": "utf8"}
        wanted = make_conninfo("", **asked)
    except psycopg.ProgrammingError:  # which may name a password
        raise DatabaseRefused(f"{str(at)!r} is no address of a database: it is postgresql://USER@HOST/NAME") from None
    try:
        connection = psycopg.connect(wanted, autocommit=True)
    except psycopg.OperationalError as error:
        raise DatabaseRefused(_advice(at, said(at, error))) from None
    try:
        with errors_of(at):
            _check(connection, at, oldest)
            _settle(connection, at, write=write)
    except BaseException:
        connection.close()
        raise
    return connection


def format_of(connection: Connection) -> int:
    """The number of the last migration that the database went through; 0 where there is no library."""
    if not _value(connection, "SELECT to_regclass(%s) IS NOT NULL", f"{SCHEMA}.migrations"):
        return 0
    return int(_value(connection, "SELECT coalesce(max(number), 0) FROM migrations"))


def migrate(connection: Connection, at: Location, migrations: Sequence[str]) -> None:
    """Runs those that the database has not seen, all or none, noting the program that did.

    One program at a time, while nobody writes; who comes second finds it done.
    """
    if format_of(connection) == len(migrations):
        return
    with connection.transaction():
        for lock in (FORMAT, WRITERS):
            connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, lock))
        there = format_of(connection)
        if there > len(migrations):
            raise _other_format(connection, at, there, len(migrations))
        if not there:
            _prepare(connection, at)
        for number, script in enumerate(migrations[there:], start=there + 1):
            connection.execute(script.encode())
            connection.execute("INSERT INTO migrations VALUES (%s, %s)", (number, version("lookalike")))


def _prepare(connection: Connection, at: Location, extension: str = EXTENSION) -> None:
    """The extension, the schema, and the ledger of migrations."""
    if not _value(connection, "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = %s)", extension):
        if not _value(connection, "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = %s)", extension):
            raise DatabaseRefused(
                f"the server of {str(at)!r} has no pgvector: install its package there, e.g. postgresql-18-pgvector"
            )
        try:
            connection.execute(sql.SQL("CREATE EXTENSION {} SCHEMA public").format(sql.Identifier(extension)))
        except errors.InsufficientPrivilege as error:
            raise DatabaseRefused(
                f"pgvector is not switched on in {str(at)!r}, and you may not do that: have a superuser of the "
                f"server run CREATE EXTENSION {extension} there"
            ) from error
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
    _find_tables(connection)
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (number integer PRIMARY KEY, program text NOT NULL)")


def _check(connection: Connection, at: Location, oldest: int) -> None:
    if connection.info.server_version < oldest * 10_000:
        there = connection.info.server_version // 10_000
        raise DatabaseRefused(f"the server of {str(at)!r} is PostgreSQL {there}: a library needs {oldest} or newer")
    encoding = _value(connection, "SHOW server_encoding")
    if encoding != "UTF8":
        raise DatabaseRefused(
            f"the database {str(at)!r} has the encoding {encoding}, which holds few letters: make one with "
            "`createdb --encoding=UTF8 --template=template0 NAME`"
        )


def _settle(connection: Connection, at: Location, *, write: bool) -> None:
    """Settings of the session."""
    if not write:
        connection.execute("SET default_transaction_read_only = on")
    elif _value(connection, "SELECT pg_is_in_recovery()"):
        raise standby(at)
    elif _value(connection, "SHOW synchronous_commit") == "off":
        connection.execute("SET synchronous_commit = on")  # acknowledged means: through a loss of power as well
    connection.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(_WAIT)))
    _find_tables(connection)


def _find_tables(connection: Connection) -> None:
    """Has names of tables found in our schema, and types where the extension is."""
    text = "SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = %s"
    places = [SCHEMA, *(name for (name,) in connection.execute(text, (EXTENSION,)))]
    connection.execute(sql.SQL("SET search_path = {}").format(sql.SQL(", ").join(map(sql.Identifier, places))))


def _adapt(connection: Connection) -> None:
    """Rows as SQLite gives them: vectors as little-endian bytes, bits as bytes, whole numbers as whole numbers."""
    (vector,) = connection.execute("SELECT 'vector'::regtype::oid").fetchone() or (0,)
    connection.adapters.register_loader(int(vector), VectorLoader)
    connection.adapters.register_loader("bit", BitLoader)
    connection.adapters.register_loader("numeric", WholeLoader)


class VectorLoader(Loader):
    """Floats, big-endian behind four bytes, as little-endian bytes."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        """As `schema.vectors_table` of SQLite keeps them."""
        return np.frombuffer(data, ">f4", offset=4).astype("<f4").tobytes()


class BitLoader(Loader):
    """Bits, behind their number, as bytes."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        """The first bit is the highest of the first byte, as in `numpy.packbits`."""
        return bytes(data)[4:]


class WholeLoader(Loader):
    """Numbers of a stamp, of any size."""

    format = Format.TEXT

    def load(self, data: Buffer) -> int | bytes:
        """As `rows.stamp_row` makes them, which their checksum is of."""
        return whole(int(bytes(data)))


def _own_name() -> str:
    """By which others are told who writes."""
    return f"lookalike process {os.getpid()} on {socket.gethostname()}"[:63]


def _value(connection: Connection, text: str, *values: Any) -> Any:
    (row,) = connection.execute(text.encode(), values or None)
    return row[0]


def _other_format(connection: Connection, at: Location, there: int, known: int) -> LibraryFormat:
    program = _value(connection, "SELECT program FROM migrations ORDER BY number DESC LIMIT 1")
    made = f"the library in {str(at)!r} has format {there}, made by lookalike {program}"
    if there > known:
        return LibraryFormat(f"{made}; this program knows {known}: update it")
    return LibraryFormat(f"{made}; `lookalike index PATH` brings it to {known}, which this program reads")


def _advice(at: Location, told: str) -> str:
    """Words on what is amiss, and on what to do about it."""
    name = f"the database of the library {str(at)!r} cannot be opened: {told}"
    if "no password supplied" in told or "password authentication failed" in told:
        return f"{name}; give the password in PGPASSWORD or in ~/.pgpass, which others cannot read"
    if "does not exist" in told and "database" in told:
        return f"{name}; make it with `createdb`"
    return f"{name}; check that the server runs, and that it lets you in from here"
