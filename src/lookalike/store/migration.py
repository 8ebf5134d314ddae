"""Brings a database to the newest format, one numbered migration after another."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from importlib.metadata import version

from lookalike.store.schema import APPLICATION_ID, LEDGER, Migration


def format_of(connection: sqlite3.Connection) -> int:
    """The number of the last migration that the database went through."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether there is no table yet: a file whose making was cut short."""
    return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Runs those that the database has not seen, each whole or not at all, noting the program that did."""
    for number, migration in enumerate(migrations, start=1):
        if number > format_of(connection):
            script = migration if isinstance(migration, str) else migration(connection)
            connection.executescript(
                f"""
                BEGIN IMMEDIATE;
                PRAGMA application_id = {APPLICATION_ID};
                {LEDGER};
                {script};
                INSERT INTO migrations VALUES ({number}, '{version("lookalike")}');
                PRAGMA user_version = {number};
                COMMIT
                """
            )


def last_program(connection: sqlite3.Connection) -> str:
    """Who brought the database to its format."""
    try:
        row = connection.execute("SELECT program FROM migrations ORDER BY number DESC LIMIT 1").fetchone()
    except sqlite3.OperationalError:  # from before there was a ledger
        row = None
    return "a lookalike" if row is None else f"lookalike {row[0]}"
