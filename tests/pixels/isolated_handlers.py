"""Handlers that run in the workers of `test_isolate`; each job is (what to do, a number)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.worker_protocol import Reply

Job = tuple[str, int]


def _reply(number: int) -> Reply:
    return Reply({"number": number, "process": os.getpid()}, (np.full(3, number, np.int64),))


def _sleep(number: int) -> Reply:
    time.sleep(3600)
    return _reply(number)


def _die(number: int) -> Reply:
    os._exit(7)


def _crash(number: int) -> Reply:
    ctypes.string_at(0)
    return _reply(number)


def _kill_itself(number: int) -> Reply:
    os.kill(os.getpid(), signal.SIGKILL)
    return _reply(number)


def _allocate(number: int) -> Reply:
    np.ones(100 * 2**30, np.uint8)
    return _reply(number)


def _allocate_some(number: int) -> Reply:
    return Reply({"bytes": int(np.ones(number, np.uint8).sum())})


def _fail(number: int) -> Reply:
    raise KeyError(f"a defect, {number}")


def _refuse(number: int) -> Reply:
    raise BadPicture("unsupported", f"number {number}")


def _print(number: int) -> Reply:
    sys.stdout.write("stray words")
    sys.stdout.flush()
    os.write(1, b"\0" * 100_000)
    os.write(2, b"\0" * 100_000)
    sys.stdin.read()
    return _reply(number)


def _wait_a_little(number: int) -> Reply:
    time.sleep(0.02)
    return _reply(number)


def _doze(number: int) -> Reply:
    time.sleep(0.6)
    return _reply(number)


def _no_json(number: int) -> Reply:
    return Reply({"number": object()})


def _objects(number: int) -> Reply:
    return Reply({}, (np.array([{"a": 1}], object),))


def _environment(number: int) -> Reply:
    return Reply({"threads": os.environ.get("OMP_NUM_THREADS"), "path": sys.path, "modules": sorted(sys.modules)})


def _interrupt(number: int) -> Reply:
    os.kill(os.getpid(), signal.SIGINT)
    return _reply(number)


DOING: dict[str, Callable[[int], Reply]] = {
    "reply": _reply, "sleep": _sleep, "die": _die, "crash": _crash, "kill": _kill_itself, "allocate": _allocate,
    "allocate_some": _allocate_some, "fail": _fail, "refuse": _refuse, "print": _print, "wait": _wait_a_little,
    "doze": _doze, "no_json": _no_json, "objects": _objects, "environment": _environment, "interrupt": _interrupt,
}  # fmt: skip


def make() -> Callable[[Job], Reply]:
    return lambda job: DOING[job[0]](job[1])


def make_that_prints() -> Callable[[Job], Reply]:
    os.write(1, b"\0" * 20)
    return make()


def make_that_fails() -> Callable[[Job], Reply]:
    raise FileNotFoundError("no weights in here")


def make_that_dies() -> Callable[[Job], Reply]:
    os.write(2, b"last words")
    os._exit(3)


@dataclass(frozen=True)
class Forger:
    """Writes past the protocol, as code that has taken over a worker could."""

    header: bytes

    def __call__(self) -> Callable[[Job], Reply]:
        return self._forge

    def _forge(self, job: Job) -> Reply:
        if job[0] == "reply":
            return _reply(job[1])
        for descriptor in range(3, 10):
            try:
                os.write(descriptor, len(self.header).to_bytes(8, "little") + self.header)
            except OSError:
                continue
        return _reply(job[1])
