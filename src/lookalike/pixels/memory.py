"""How much memory a worker may hold while it decodes untrusted bytes (Linux)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LEAST_MORE: Final = 64 * 2**20
"""Bytes that may be asked for however much is held already."""


@contextmanager
def held_to(total: int) -> Iterator[None]:
    """Within, the process holds at most `total` bytes, what it held before included; more is a `MemoryError`.

    Only where its address space has a limit, as a worker's has: one whole process is no business of ours.
    """
    held = _held()
    if held is None:
        yield
        return
    import resource

    before, space, resident = held
    soft, hard = before
    resource.setrlimit(resource.RLIMIT_AS, (min(soft, space + max(total - resident, LEAST_MORE)), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def limit_more(more: int) -> None:
    """From now on at most `more` bytes of address space beyond what is in use, where the system can enforce it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        space, _ = _in_use()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = space + more if most == resource.RLIM_INFINITY else min(space + more, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _held() -> tuple[tuple[int, int], int, int] | None:
    """Limits of address space, soft and hard, and bytes of it and of memory; None where there is no limit."""
    try:
        import resource

        limits = resource.getrlimit(resource.RLIMIT_AS)
        return None if limits[0] == resource.RLIM_INFINITY else (limits, *_in_use())
    except (ImportError, OSError):
        return None


def _in_use() -> tuple[int, int]:
    """Bytes of address space, and of memory."""
    with open("/proc/self/statm") as statm:
        space, resident = (int(word) * os.sysconf("SC_PAGE_SIZE") for word in statm.read().split()[:2])
    return space, resident
