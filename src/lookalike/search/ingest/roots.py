"""Where the files of a library lie, and how it follows them to another disk, mount point or machine."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from lookalike.errors import BadQuery
from lookalike.protocols import Store
from lookalike.search.ingest.scan import stamp_of
from lookalike.types import Failure, Record, Stamp


@dataclass(frozen=True)
class Root:
    """A folder with all files of the library that lie below it."""

    path: str
    files: int
    is_there: bool


def roots_held(store: Store) -> list[Root]:
    """The folders that together hold all files of the library, by path; few, but none half there."""
    files: dict[str, int] = defaultdict(int)
    for record in store.records():
        if not record.has_file:
            continue
        files[os.path.dirname(record.path)] += 1  # noqa: PTH120  a fifth of the time of a Path
    below: dict[str, set[str]] = defaultdict(set)
    for folder in list(files):
        while (above := os.path.dirname(folder)) != folder:  # noqa: PTH120
            below[above].add(folder)
            folder = above
    return sorted(_roots(os.sep, files, below), key=lambda root: root.path)


def _roots(folder: str, files: dict[str, int], below: dict[str, set[str]]) -> Iterator[Root]:
    inner = below[folder]
    is_passage = folder == os.sep or len(inner) == 1 or len({Path(each).is_dir() for each in inner}) == 2
    if files.get(folder, 0) == 0 and is_passage:
        for each in inner:
            yield from _roots(each, files, below)
    else:
        yield Root(folder, _count(folder, files, below), Path(folder).is_dir())


def _count(folder: str, files: dict[str, int], below: dict[str, set[str]]) -> int:
    return files.get(folder, 0) + sum(_count(each, files, below) for each in below[folder])


def move_root(store: Store, old: str, new: str) -> int:
    """Files at and below `old` are those at and below `new` from now on; how many.

    What is there with its size and time counts as unchanged. Raises `BadQuery` where the library knows no such file, or
    none of them is at the new place. The caller holds `store.writing()`.
    """
    records = [record for record in store.records() if _moved(record.path, old, new) is not None]
    failures = store.failures([old])
    if not records and not failures:
        raise BadQuery(f"the library knows no file below {old!r}: see `lookalike roots list`")
    files = [(record, _at(record, old, new)) for record in records]
    failed = [(failure, _failed_at(failure, old, new)) for failure in failures]
    there = [*(path for _, (path, _, _) in files), *(failure.path for _, failure in failed)]
    if not any(map(os.path.lexists, there)):
        raise BadQuery(f"none of the {len(there)} files that the library knows below {old!r} is below {new!r}")
    with store.transaction():
        store.drop_records([*(record.path for record in records), *(failure.path for failure in failures)])
        store.put_records([row for _, row in files])
        store.facts.move_sidecars((record.path, path) for record, (path, _, _) in files)
        store.put_failures([failure for _, failure in failed])
    return len(there)


def _at(record: Record, old: str, new: str) -> tuple[str, Stamp, str]:
    path = _moved(record.path, old, new) or record.path
    return path, _stamp_there(path, record.stamp), record.content.sha256


def _failed_at(failure: Failure, old: str, new: str) -> Failure:
    path = _moved(failure.path, old, new) or failure.path
    return replace(failure, path=path, stamp=None if failure.stamp is None else _stamp_there(path, failure.stamp))


def _moved(path: str, old: str, new: str) -> str | None:
    """Where a file below `old` is now; None for any other."""
    if path == old:
        return new
    folder = old.rstrip(os.sep) + os.sep
    return new.rstrip(os.sep) + os.sep + path[len(folder) :] if path.startswith(folder) else None


def _stamp_there(path: str, known: Stamp) -> Stamp:
    """As the system numbers the file there, where its size and time are those that are known."""
    with suppress(OSError):
        stamp = stamp_of(os.lstat(path))
        if (stamp.bytes, stamp.mtime_ns) == (known.bytes, known.mtime_ns):
            return stamp
    return known
