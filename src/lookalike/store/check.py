"""A full check of the database of a library."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import numpy as np

from lookalike.errors import LibraryDamaged
from lookalike.store.rows import local_of
from lookalike.types import Space


def problems(connection: sqlite3.Connection, spaces: Sequence[Space], local_spaces: Sequence[Space]) -> list[str]:
    """What is wrong, in sentences."""
    found = [*_of_pages(connection), *_of_references(connection), *_of_vectors(connection, spaces)]
    return [*found, *_of_local(connection, local_spaces)]


def _of_pages(connection: sqlite3.Connection) -> Iterator[str]:
    try:
        for (line,) in connection.execute("PRAGMA integrity_check"):
            if line != "ok":
                yield f"the database says: {line}"
    except sqlite3.DatabaseError as error:
        yield f"the database cannot be read: {error}"


def _of_references(connection: sqlite3.Connection) -> Iterator[str]:
    try:
        for table, *_ in connection.execute("PRAGMA foreign_key_check"):
            yield f"a row of {table} speaks of a content that is not there"
    except sqlite3.DatabaseError as error:
        yield f"the references cannot be checked: {error}"


def _tables(connection: sqlite3.Connection, spaces: Sequence[Space]) -> dict[Space, str]:
    numbers = {row[1:]: row[0] for row in connection.execute("SELECT number, name, digest, dim, metric FROM spaces")}
    return {space: f"vectors_{numbers[space.name, space.digest, space.dim, space.metric]}" for space in spaces}


def _of_local(connection: sqlite3.Connection, spaces: Sequence[Space]) -> Iterator[str]:
    for space, table in _tables(connection, spaces).items():
        try:
            for id, packed in connection.execute(f"SELECT content, vector FROM {table}"):
                try:
                    local_of(space, id, packed)
                except LibraryDamaged:
                    yield f"the {space.name} features of content {id} cannot be read"
        except sqlite3.DatabaseError as error:
            yield f"the {space.name} features cannot be read: {error}"


def _of_vectors(connection: sqlite3.Connection, spaces: Sequence[Space]) -> Iterator[str]:
    for space, table in _tables(connection, spaces).items():
        wanted = space.columns * space.dtype.itemsize
        try:
            for id, vector in connection.execute(f"SELECT content, vector FROM {table}"):
                if len(vector) != wanted:
                    yield f"the {space.name} vector of content {id} has {len(vector)} bytes, not {wanted}"
                elif space.metric != "hamming" and not np.isfinite(np.frombuffer(vector, space.dtype)).all():
                    yield f"the {space.name} vector of content {id} is not finite"
        except sqlite3.DatabaseError as error:
            yield f"the {space.name} vectors cannot be read: {error}"
