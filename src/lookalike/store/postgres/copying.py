"""Rows of a space in the binary form of COPY, by which they go to PostgreSQL at the pace of the network."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np
from psycopg import sql

from lookalike.store.postgres.connection import Connection

_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_ROW: Final = struct.Struct(">hiqiqi")
"""Three fields: two numbers of 8 bytes, and the length of the third."""
_END: Final = b"\xff\xff"


def copy_rows(connection: Connection, table: str, type: str, rows: Iterable[tuple[int, int, bytes]]) -> None:
    """Adds rows of content, checksum and bytes to the table of a space, whose rows are of that type."""
    into = sql.SQL("COPY {} (content, checksum, vector) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for part in _encoded(rows, _ENCODERS[type.partition("(")[0]]):
            copy.write(part)


def _encoded(rows: Iterable[tuple[int, int, bytes]], encode: Callable[[bytes], bytes]) -> Iterator[bytes]:
    yield _HEAD
    for content, checksum, row in rows:
        data = encode(row)
        yield _ROW.pack(3, 8, content, 8, checksum, len(data)) + data
    yield _END


def _as_vector(row: bytes) -> bytes:
    floats = np.frombuffer(row, "<f4")
    return struct.pack(">HH", len(floats), 0) + floats.astype(">f4").tobytes()


def _as_bits(row: bytes) -> bytes:
    return struct.pack(">i", 8 * len(row)) + row


def _as_bytes(row: bytes) -> bytes:
    return row


_ENCODERS: Final = {"vector": _as_vector, "bit": _as_bits, "bytea": _as_bytes}
