"""The program of an isolated worker, started by `process`."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from typing import Any, Final

from lookalike.errors import BadPicture, LookalikeError
from lookalike.pixels.limits import Limits
from lookalike.pixels.memory import held_to, limit_more
from lookalike.pixels.worker_protocol import Kind, Reply, read_job, write_reply

_GRACE_SECONDS: Final = 2.0


def main() -> None:
    """Handles jobs until its input ends, which it does when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    jobs = io.FileIO(os.dup(0), "rb")
    replies = io.FileIO(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)  # what a C library prints must not end up among the replies
    with contextlib.suppress(EOFError, BrokenPipeError):
        handle, limits = _made(jobs, replies)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)  # from here on prints are those of hostile files: without end, and no one's concern
        while True:
            write_reply(replies, *_outcome(jobs, handle, limits))


def _made(jobs: io.FileIO, replies: io.FileIO) -> tuple[Callable[[Any], Reply], Limits]:
    try:
        make, limits = read_job(jobs)
        handle: Callable[[Any], Reply] = make()
    except EOFError:
        raise
    except Exception as error:
        message = str(error) if isinstance(error, LookalikeError) else None  # what the caller can act on needs no more
        write_reply(replies, "failed", Reply({"traceback": traceback.format_exc(), "message": message}))
        raise SystemExit(1) from error
    _without_core_dumps()
    limit_more(limits.memory)
    write_reply(replies, "ready", Reply({}))
    return handle, limits


def _outcome(jobs: io.FileIO, handle: Callable[[Any], Reply], limits: Limits) -> tuple[Kind, Reply]:
    try:
        with held_to(limits.decoding):
            job = read_job(jobs)
        with _ending_after(limits.seconds + _GRACE_SECONDS):
            return "reply", handle(job)
    except (EOFError, BrokenPipeError):
        raise
    except BadPicture as error:
        return _bad(error.reason, error.detail)
    except MemoryError:
        return _bad("too_large", "it takes more memory than a worker may use")
    except Exception as error:  # noqa: BLE001  a defect of the handler costs one job, not the run
        return _bad("decoder_crash", f"{type(error).__name__}: {error}")


@contextlib.contextmanager
def _ending_after(seconds: float) -> Iterator[None]:
    """Whoever waits for the job ends it in time; this is for when nobody is left to do so."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)  # its signal ends a process in the middle of anything
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _bad(reason: str, detail: str) -> tuple[Kind, Reply]:
    return "bad_picture", Reply({"reason": reason, "detail": detail[:500]})


def _without_core_dumps() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
