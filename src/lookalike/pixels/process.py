"""One worker process, seen from outside: started when needed, replaced when it dies."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Generic, TypeVar

from lookalike.errors import REASONS, BadPicture
from lookalike.pixels.limits import Limits
from lookalike.pixels.wire import Reply, read_reply, write_message

J = TypeVar("J")

STARTING_SECONDS = 120.0
_ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OPENCV_FOR_THREADS_NUM"), "1"
)


class Process(Generic[J]):
    """A worker that outlives its own deaths: each costs the job that caused it."""

    def __init__(self, make: Callable[[], Callable[[J], Reply]], limits: Limits) -> None:
        self._make = make
        self._limits = limits
        self._popen: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self._closed = False

    def handle(self, job: J) -> Reply | BadPicture:
        """What the handler makes of `job`; `RuntimeError` when no worker can be started."""
        popen = self._popen or self._start()
        assert popen.stdin is not None
        assert popen.stdout is not None
        with self._deadline(popen, self._limits.seconds) as expired:
            try:
                write_message(popen.stdin, pickle.dumps(job, protocol=5))
                reply = read_reply(popen.stdout, self._limits.memory)
            except (OSError, EOFError, ValueError, KeyError, TypeError):
                code = self._end()
                if expired.is_set():
                    return BadPicture("timeout", f"more than {self._limits.seconds:g} s")
                return BadPicture("decoder_crash", f"the worker ended with {code}")
        return _outcome(reply)

    def close(self) -> None:
        """Ends the worker for good."""
        self._closed = True
        self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise RuntimeError("the pool is closed")
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed with the worker
        popen = self._popen = subprocess.Popen(
            [sys.executable, "-P", "-m", "lookalike.pixels.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            env=os.environ | _ONE_THREAD,
        )
        assert popen.stdin is not None
        assert popen.stdout is not None
        with self._deadline(popen, STARTING_SECONDS):
            try:
                write_message(popen.stdin, pickle.dumps(sys.path))
                write_message(popen.stdin, pickle.dumps((self._make, self._limits)))
                ready = read_reply(popen.stdout, self._limits.memory)
            except (OSError, EOFError, ValueError) as error:
                told = self._told()
                code = self._end()
                raise RuntimeError(f"a worker could not start (it ended with {code}): {told}") from error
        if "failed" in ready.data:
            self._end()
            raise RuntimeError(f"a worker could not start:\n{ready.data['failed']}")
        return popen

    @contextmanager
    def _deadline(self, popen: subprocess.Popen[bytes], seconds: float) -> Iterator[threading.Event]:
        """Kills the worker when time is up, which ends whatever waits for it."""
        expired = threading.Event()

        def expire() -> None:
            expired.set()
            popen.kill()

        timer = threading.Timer(seconds, expire)
        timer.daemon = True
        timer.start()
        try:
            yield expired
        finally:
            timer.cancel()

    def _end(self) -> int | None:
        popen, self._popen = self._popen, None
        if popen is None:
            return None
        popen.kill()
        code = popen.wait()
        for stream in (popen.stdin, popen.stdout, self._errors):
            if stream is not None:
                stream.close()
        return code

    def _told(self) -> str:
        """The end of what the worker wrote to stderr."""
        if self._errors is None:
            return ""
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace")[-2000:]


def _outcome(reply: Reply) -> Reply | BadPicture:
    """A worker's reply is not trusted to keep to the closed set of reasons."""
    bad = reply.data.get("bad_picture")
    if bad is None:
        return reply
    reason, detail = bad
    return BadPicture(reason if reason in REASONS else "decoder_crash", str(detail))
