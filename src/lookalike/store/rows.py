"""Rows of the database as values, and back."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LibraryDamaged, SpaceMismatch
from lookalike.store import checksum, paths
from lookalike.store.packing import unpacked
from lookalike.store.schema import COLUMNS
from lookalike.types import Content, Failure, Ids, LocalFeatures, Record, Space, Stamp, Vectors

MEND = "run `lookalike repair`"


def with_checksum(row: Sequence[Any]) -> tuple[Any, ...]:
    """The values of `COLUMNS`, and their checksum."""
    return (*row, checksum.of_values(row))


def columns_of(table: str, short: str = "") -> str:
    """Columns that `checked` reads, as SQL; of a table that goes by a `short` name."""
    name = short or table
    return ", ".join(f"{name}.{column}" for column in (*COLUMNS[table], "checksum"))


def checked(table: str, row: Sequence[Any]) -> Sequence[Any]:
    """The values of `COLUMNS`; raises `LibraryDamaged` where they do not fit the checksum behind them."""
    *values, told = row
    if checksum.of_values(values) != told:
        raise LibraryDamaged(f"a row of the {table} of this library is damaged; {MEND}")
    return values


def content_of(row: Sequence[Any]) -> Content:
    """Content from sha256, bytes, width, height, format, taken, flags, frames."""
    sha256, size, width, height, format, taken, flags, frames = row
    return Content(sha256.hex(), size, (width, height), format, taken, tuple(json.loads(flags)), frames)


def content_row(content: Content) -> tuple[object, ...]:
    """Row that `content_of` reads."""
    flags = json.dumps(list(content.flags))
    return (
        bytes.fromhex(content.sha256),
        content.bytes,
        *content.size,
        content.format,
        content.taken,
        flags,
        content.frames,
    )


def record_of(row: Sequence[Any]) -> Record:
    """Record from the columns of a record and of its content, both checked."""
    end = len(COLUMNS["records"]) + 1
    path, *stamp, id = checked("records", row[:end])
    return Record(paths.text(path), stamp_of(stamp), content_of(checked("contents", row[end:])), id)


def failure_of(row: Sequence[Any]) -> Failure:
    """Failure from path, reason, detail, sha256, and the four of a stamp, the last five perhaps None."""
    path, reason, detail, sha256, *stamp = row
    known = None if stamp[0] is None else stamp_of(stamp)
    return Failure(paths.text(path), reason, detail, known, None if sha256 is None else sha256.hex())


def failure_row(failure: Failure) -> tuple[object, ...]:
    """Row that `failure_of` reads."""
    sha256 = None if failure.sha256 is None else bytes.fromhex(failure.sha256)
    stamp = (None,) * 4 if failure.stamp is None else stamp_row(failure.stamp)
    return (paths.stored(failure.path), failure.reason, failure.detail, sha256, *stamp)


def stamp_of(row: Sequence[int | bytes]) -> Stamp:
    """Stamp from its four columns."""
    return Stamp(*map(int, row))


def stamp_row(stamp: Stamp) -> tuple[int | bytes, ...]:
    """Columns that `stamp_of` reads."""
    return tuple(map(whole, (stamp.bytes, stamp.mtime_ns, stamp.inode, stamp.device)))


def whole(number: int) -> int | bytes:
    """As a column holds it: digits where 64 bits with a sign are too few, as for some inodes and times after 2262."""
    return number if -(2**63) <= number < 2**63 else str(number).encode()


def vectors_of(space: Space, rows: Sequence[tuple[int, int, bytes]]) -> tuple[Ids, Vectors]:
    """Ids and vectors from rows of content, checksum, vector; raises `LibraryDamaged` where one has changed."""
    wanted = space.columns * space.dtype.itemsize
    for id, _, vector in rows:
        if type(vector) is not bytes or len(vector) != wanted:
            raise LibraryDamaged(f"the {space.name} vector of content {id} {of_another_length(vector, wanted)}; {MEND}")
    flat = np.frombuffer(bytearray().join([vector for _, _, vector in rows]), space.dtype)
    ids, vectors = np.array([id for id, _, _ in rows], np.int64), flat.reshape(len(rows), space.columns)
    told, found = [told for _, told, _ in rows], checksum.of_rows(ids, vectors.view(np.uint8)).tolist()
    if told != found:
        id = next(id for id, one, other in zip(ids.tolist(), told, found, strict=True) if one != other)
        raise LibraryDamaged(f"the {space.name} vector of content {id} is damaged; {MEND}")
    return ids, vectors


def frames_of(space: Space, rows: Sequence[Sequence[Any]]) -> tuple[Ids, NDArray[np.int64], Vectors]:
    """Contents, numbers and vectors from the columns of `frames`; raises `LibraryDamaged` as `vectors_of`."""
    values = [checked("frames", row) for row in rows]
    flat = np.frombuffer(bytearray().join([vector for *_, vector in values]), space.dtype)
    ids, numbers = (np.array([row[column] for row in values], np.int64) for column in (1, 2))
    return ids, numbers, flat.reshape(len(rows), space.columns)


def of_another_length(vector: object, wanted: int) -> str:
    """Words for a value that is no vector of so many bytes."""
    return f"has {len(vector)} bytes, not {wanted}" if isinstance(vector, bytes) else "is no vector"


def local_of(space: Space, id: int, packed: bytes) -> LocalFeatures:
    """Unpacked; raises `LibraryDamaged` where the bytes are no local features."""
    try:
        return replace(unpacked(packed), kind=space.name)
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise LibraryDamaged(f"the {space.name} features of content {id} cannot be read ({error}); {MEND}") from error


def local_checked(space: Space, row: tuple[int, int, bytes]) -> tuple[int, LocalFeatures]:
    """Id and features from content, checksum and packed features; raises `LibraryDamaged` where they are damaged."""
    id, packed = packed_checked(space, row)
    return id, local_of(space, id, packed)


def packed_checked(space: Space, row: tuple[int, int, bytes]) -> tuple[int, bytes]:
    """Id and packed features; raises `LibraryDamaged` where they do not fit the checksum between them."""
    id, told, packed = row
    if not isinstance(packed, bytes) or checksum.of_bytes(id, packed) != told:
        raise LibraryDamaged(f"the {space.name} features of content {id} are damaged; {MEND}")
    return id, packed


def stranger() -> ValueError:
    """The error of a record or a vector whose content was never put."""
    return ValueError("a record or a vector names a content that the store does not know: put_contents comes first")


def unknown(space: Space, there: Sequence[Space]) -> SpaceMismatch:
    """The error that says which space was asked for, which there are, and how to fill it."""
    known = ", ".join(f"{each.name} {each.digest}" for each in there) or "none"
    return SpaceMismatch(
        f"the library has no space {space.name} {space.digest}, only: {known}; "
        f"fill it with `lookalike index PATH --describer {space.name}`"
    )


def check_vectors(space: Space, ids: Ids, vectors: Vectors) -> None:
    """Raises `ValueError` for what may not be stored."""
    if vectors.shape != (len(ids), space.columns) or vectors.dtype != space.dtype:
        wanted = f"({len(ids)}, {space.columns}) {space.dtype}"
        raise ValueError(f"{space.name} takes {wanted}, not {vectors.shape} {vectors.dtype}")
    if space.metric != "hamming" and not np.isfinite(vectors).all():
        raise ValueError(f"a vector of {space.name} is not finite")
