"""Files into memory, a few ahead of the work, each with the sha256 of what was read."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from lookalike.search.ingest.scan import Found, reason_of, stamp_of
from lookalike.types import Failure, Stamp

T = TypeVar("T")
R = TypeVar("R")


class File(NamedTuple):
    """A file, and the sha256 of its bytes as they were at `stamp`."""

    path: str
    stamp: Stamp
    sha256: str


@dataclass(frozen=True)
class Loaded:
    """The bytes of a file as they were at `stamp`."""

    path: str
    stamp: Stamp
    data: bytes
    sha256: str

    @property
    def file(self) -> File:
        """Without the bytes."""
        return File(self.path, self.stamp, self.sha256)


def load(found: Found, max_bytes: int) -> Loaded | Failure:
    """The whole file, or why not; a file that changes while it is read is not taken."""
    try:
        return _load(found, max_bytes)
    except OSError as error:
        return Failure(found.path, reason_of(error), error.strerror or str(error))


def _load(found: Found, max_bytes: int) -> Loaded | Failure:
    # Non-blocking and not through a link: between the scan and now the file may have become a pipe or a link.
    descriptor = os.open(found.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb", buffering=0) as file:
        stamp = stamp_of(os.fstat(descriptor))
        if stamp.bytes > max_bytes:
            limit = f"{stamp.bytes} bytes, more than the limit of {max_bytes}"
            return Failure(found.path, "too_large", limit, stamp)
        data = file.readall()
        if stamp_of(os.fstat(descriptor)) != stamp or stamp != found.stamp or len(data) != stamp.bytes:
            return Failure(found.path, "changed", "written to while it was read; index it again")
    return Loaded(found.path, stamp, data, hashlib.sha256(data).hexdigest())


def ahead(function: Callable[[T], R], items: Iterable[T], *, threads: int) -> Iterator[R]:
    """`function` of each item, in order, at most `threads` of them ahead of the consumer."""
    with ThreadPoolExecutor(threads, thread_name_prefix="read") as pool:
        waiting: deque[Future[R]] = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
