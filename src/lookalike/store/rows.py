"""Rows of the database as values, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from lookalike.errors import SpaceMismatch
from lookalike.store import paths
from lookalike.types import Content, Failure, Ids, Record, Space, Stamp, Vectors


def content_of(row: Sequence[Any]) -> Content:
    """Of sha256, bytes, width, height, format, taken, flags."""
    sha256, size, width, height, format, taken, flags = row
    return Content(sha256.hex(), size, (width, height), format, taken, tuple(json.loads(flags)))


def record_of(row: Sequence[Any]) -> Record:
    """Of path, the four of a stamp, the content's id, and the content."""
    path, *stamp = row[:5]
    return Record(paths.text(path), Stamp(*stamp), content_of(row[6:]), row[5])


def failure_of(row: Sequence[Any]) -> Failure:
    """Of path, reason, detail, sha256, and the four of a stamp, the last five perhaps None."""
    path, reason, detail, sha256, *stamp = row
    known = None if stamp[0] is None else Stamp(*stamp)
    return Failure(paths.text(path), reason, detail, known, None if sha256 is None else sha256.hex())


def stamp_of(stamp: Stamp | None) -> tuple[int | None, ...]:
    """Its four columns."""
    return (None,) * 4 if stamp is None else (stamp.bytes, stamp.mtime_ns, stamp.inode, stamp.device)


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
