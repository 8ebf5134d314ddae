"""Duties of a program before it loads anything: streams to write to, and an end on Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from types import FrameType
from typing import Final, NoReturn

INTERRUPTED: Final = 130
LEAST_SPACE: Final = 1_800_000_000
"""Bytes of address space below which a search ended in the middle of a library that had none left (measured: 1.5 GB
ends in a segmentation fault, 2 GB suffices)."""


def with_streams() -> None:
    """Whoever started the program with a stream closed gets an empty one in its place.

    Otherwise the next file that is opened, a library's for one, takes its number, and what is printed goes there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, number)
            if nowhere != number:
                os.close(nowhere)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115


def end_on_interrupt() -> None:
    """Until `raise_on_interrupt`: what is half imported cannot be told what happened, and nothing has begun."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where whoever started us ignores it
        signal.signal(signal.SIGINT, _end)


def raise_on_interrupt() -> None:
    """As Python does."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def ignore_interrupt() -> None:
    """At the end, when there is nothing left to interrupt."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def was_interrupted(error: BaseException | None) -> bool:
    """Whether Ctrl-C is what it comes of: a library that is loaded may have called it a failed import."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__ or error.__context__
    return False


def check_space() -> None:
    """Raises `MemoryError` where less address space is allowed than the libraries take: they would crash."""
    try:
        import resource
    except ImportError:
        return
    space, _ = resource.getrlimit(resource.RLIMIT_AS)
    if space != resource.RLIM_INFINITY and space < LEAST_SPACE:
        raise MemoryError(
            f"the address space is limited to {space / 1e9:.2f} GB, and {LEAST_SPACE / 1e9:g} GB are needed: "
            "raise the limit (ulimit -v) or lift it; memory itself is limited better by a cgroup"
        )


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    with contextlib.suppress(OSError):
        os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)
