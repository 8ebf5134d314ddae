"""The program of an isolated worker: `python -m lookalike.pixels.worker`, started by `process`."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from typing import IO, Any

from lookalike.errors import BadPicture
from lookalike.pixels.limits import Limits
from lookalike.pixels.wire import Reply, read_message, write_reply

_ANY_LENGTH = 2**62


def main() -> None:
    """Handles jobs until its input ends, which it does when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    jobs = os.fdopen(os.dup(0), "rb", buffering=0)
    replies = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # what a C library prints must not end up among the replies
    with contextlib.suppress(EOFError, BrokenPipeError):
        handler = _made(jobs, replies)
        while True:
            job = _unpickled(jobs)
            write_reply(replies, _handled(handler, job))


def _made(jobs: IO[bytes], replies: IO[bytes]) -> Callable[[Any], Reply]:
    sys.path[:] = _unpickled(jobs)
    limits = Limits()
    try:
        make, limits = _unpickled(jobs)
        handler: Callable[[Any], Reply] = make()
    except Exception:
        write_reply(replies, Reply({"failed": traceback.format_exc()}))
        raise
    _limit_memory(limits.memory)
    write_reply(replies, Reply({"ready": True}))
    return handler


def _unpickled(jobs: IO[bytes]) -> Any:
    return pickle.loads(read_message(jobs, _ANY_LENGTH))  # noqa: S301  the parent is trusted; it is never the other way


def _handled(handler: Callable[[Any], Reply], job: Any) -> Reply:
    try:
        return handler(job)
    except BadPicture as error:
        return _bad(error.reason, error.detail)
    except MemoryError:
        return _bad("too_large", "needs more memory than a worker may use")
    except Exception as error:  # noqa: BLE001  one picture never stops a run
        return _bad("decoder_crash", f"{type(error).__name__}: {error}")


def _bad(reason: str, detail: str) -> Reply:
    return Reply({"bad_picture": [reason, detail[:500]]})


def _limit_memory(more: int) -> None:
    """At most `more` bytes of address space beyond what is in use now, where the system can tell and enforce it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with open("/proc/self/statm") as statm:
            used = int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + more, used + more))


if __name__ == "__main__":
    main()
