"""One writer at a time, by a lock that the system lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from lookalike.errors import LibraryBusy


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """IndexCache inside; raises `LibraryBusy`, naming the holder, when another process has it."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "library.lock")
    holder = folder / "library.holder"
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise LibraryBusy(
            f"the library in {str(folder)!r} is being written to by {_named(holder)}; wait for it, or stop it"
        ) from error
    except OSError as error:  # which does not say of which file
        raise OSError(error.errno, error.strerror, str(folder / "library.lock")) from error
    try:
        with contextlib.suppress(OSError):  # only a courtesy: on a full disk the write itself must say so
            started = datetime.now().astimezone().isoformat(timespec="seconds")
            holder.write_text(f"process {os.getpid()} on {socket.gethostname()} since {started}")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


def _named(holder: Path) -> str:
    try:
        return holder.read_text() or "another process"
    except OSError:
        return "another process"
