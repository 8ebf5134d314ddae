"""One worker process, seen from outside."""

from __future__ import annotations

import contextlib
import io
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, Final, cast

from lookalike import telemetry
from lookalike.errors import REASONS, BadPicture, WorkerFailed
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_protocol import BrokenWire, Reply, read_reply, write_job

START_SECONDS: Final = 120.0
_ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "OPENCV_FOR_THREADS_NUM"),
    "1",
)
_TOLD_BYTES: Final = 2000
SMALL: Final = 2**17
"""Bytes of a job that waits whole in the pipe, where the system allows it, so that none has to hand over the rest."""


class Process:
    """A worker from its start to its death, of which nothing brings it back.

    Several threads may be in `handle`: the worker does the job of one, that of the next waits in its pipe. Replies come
    in the order of the jobs, so that its death is charged to the job that it was busy with.
    """

    def __init__(self, made: bytes, limits: Limits) -> None:
        """Starts at once, and does not wait. `made` is what the worker makes its handler of, pickled."""
        self._limits = limits
        self.was_ready = False
        self._is_lost = False
        self._due = math.inf
        self._inside = 0
        self._clock = threading.Lock()  # of these two
        self._starting, self._sending, self._receiving = threading.Lock(), threading.Lock(), threading.Lock()
        self._told = tempfile.TemporaryFile()  # noqa: SIM115  closed in `end`
        # The worker finds what this process finds, where it finds it, and nothing in the folder that it is started in.
        path = [entry for entry in sys.path if isinstance(entry, str)]
        program = f"import sys; sys.path[:] = {path!r}; from lookalike.pixels.worker_main import main; main()"
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
            bufsize=0,
            env={**os.environ, **_ONE_THREAD, **telemetry.OFF},
            **cast(dict[str, Any], {"process_group": 0} if os.name == "posix" else {}),  # out of reach of Ctrl-C
        )
        self._jobs = cast(io.FileIO, self._popen.stdin)
        self._replies = cast(io.FileIO, self._popen.stdout)
        _widen(self._jobs)
        with contextlib.suppress(OSError):  # if it is dead already, `handle` finds out
            write_job(self._jobs, made)

    @property
    def is_alive(self) -> bool:
        """Whether it can be given a job."""
        return not self._is_lost and self._popen.poll() is None

    def handle(self, job: bytes) -> Reply | BadPicture | None:
        """Outcome of a pickled job, None where the worker ended before it came to it.

        Raises `WorkerFailed` when the worker has no handler.
        """
        self.wait_until_ready()
        self._enter()
        try:
            with self._sending:
                broken = self._sent(job)
                self._receiving.acquire()  # before the next job can be sent: whose is sent first reads first
            try:
                return None if self._is_lost else self._received(broken)
            finally:
                self._receiving.release()
        finally:
            self._leave()

    def _sent(self, job: bytes) -> OSError | None:
        try:
            write_job(self._jobs, job)
        except OSError as error:
            return error
        return None

    def _received(self, broken: OSError | None) -> Reply | BadPicture:
        """Outcome of the first job that has none yet."""
        due = self._due = time.monotonic() + self._limits.seconds
        outcome: Reply | BadPicture
        try:
            if broken is not None:
                raise broken
            kind, reply = read_reply(self._replies, most=self._limits.memory)
            outcome = reply if kind == "reply" else _bad_picture(reply)
        except (OSError, BrokenWire) as error:
            outcome = BadPicture("decoder_crash", f"its worker ended with {self._lose()} ({error})")
        if time.monotonic() > due:
            return BadPicture("timeout", f"it took more than {self._limits.seconds:g} s")
        return outcome

    def _enter(self) -> None:
        with self._clock:
            if self._inside == 0:
                self._due = time.monotonic() + self._limits.seconds
            self._inside += 1

    def _leave(self) -> None:
        """The worker now has the time of a job for the next, which may still be on its way."""
        with self._clock:
            self._inside -= 1
            self._due = time.monotonic() + self._limits.seconds if self._inside else math.inf

    def wait_until_ready(self) -> None:
        """Returns when the worker has its handler; raises `WorkerFailed` when it cannot have one."""
        with self._starting:
            if not self.was_ready:
                self._start()

    def _start(self) -> None:
        self._due = time.monotonic() + START_SECONDS
        try:
            kind, reply = read_reply(self._replies, most=0)
        except BrokenWire:
            status = self._lose()
            raise WorkerFailed(f"a worker could not start: it ended with {status}: {self._last_words()}") from None
        if kind != "ready":
            self._lose()
            told = reply.data.get("message") or f"a worker could not start:\n{reply.data.get('traceback')}"
            raise WorkerFailed(told)
        self._due = math.inf
        self.was_ready = True

    def kill_if_late(self) -> None:
        """Ends the worker when its job takes too long; asked now and then, from another thread."""
        if time.monotonic() > self._due:
            self._popen.kill()

    def kill(self) -> None:
        """Ends the worker, whatever it is doing; from any thread. Whoever waits for it sees it die."""
        self._popen.kill()

    def end(self) -> None:
        """Kills it, and gives back what it holds; no thread may be in `handle`."""
        self._lose()
        for stream in (self._jobs, self._replies, self._told):
            stream.close()

    def _lose(self) -> str:
        """How it ended."""
        self._is_lost = True
        with contextlib.suppress(subprocess.TimeoutExpired):  # its pipes may close a moment before it ends by itself
            self._popen.wait(0.2)
        self._popen.kill()
        status = self._popen.wait()
        return signal.Signals(-status).name if status < 0 else f"exit status {status}"

    def _last_words(self) -> str:
        self._told.seek(0, os.SEEK_END)
        self._told.seek(max(0, self._told.tell() - _TOLD_BYTES))
        return self._told.read().decode(errors="replace")


def _widen(pipe: io.FileIO) -> None:
    """Makes room in `pipe` for a small job."""
    with contextlib.suppress(ImportError, AttributeError, OSError):  # not Linux, or no more for this user
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 2 * SMALL)


def _bad_picture(reply: Reply) -> BadPicture:
    """A worker is not trusted to keep to the closed set of reasons."""
    reason, detail = reply.data.get("reason"), str(reply.data.get("detail"))
    return BadPicture(reason if reason in REASONS else "decoder_crash", detail)
