"""Jobs that write to the library: one at a time, in a process of its own, watched line by line."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lookalike.app.server.job_records import Job, JobRecords, State
from lookalike.app.server.pace import Pace
from lookalike.app.server.problems import Problem
from lookalike.location import Location

if TYPE_CHECKING:
    from filelock import BaseFileLock

LINE: Final = 64 * 2**20
"""Bytes of the longest line that a job may write: a report lists every failure."""
ENDS: Final[dict[int, State]] = {0: "done", 1: "done", 3: "some_failed", 130: "cancelled", -signal.SIGINT: "cancelled"}
"""By the exit code of the command line; the signal itself ends it where it has hardly begun."""
LOOK: Final = 0.2
"""Seconds between two looks at how far a job is."""


@dataclass
class Reserved:
    """A job that may begin, and the lock that keeps others out until it has ended."""

    job: Job
    lock: BaseFileLock
    has_begun: bool = False


class Jobs:
    """Jobs of one library, which are noted in `folder` for all processes of the service.

    Begun and watched from the event loop of one of them alone.
    """

    def __init__(self, library: Location, folder: Path) -> None:
        self._library = library
        self._records = JobRecords(folder)
        self._watching: dict[str, asyncio.Task[None]] = {}

    def all(self) -> list[Job]:
        """The latest first."""
        return self._records.all()

    def one(self, id: str) -> Job:
        """Raises `Problem` where there is none of that id."""
        found = self._records.get(id)
        if found is None:
            raise Problem(404, "no_such_job", "there is no such job: GET /api/jobs lists those that there are")
        return found

    async def start(self, kind: str, arguments: Sequence[str], given: bytes = b"") -> Job:
        """Runs the command line with `arguments`, which reads what is `given`; raises `Problem` while another runs."""
        with self.reserved(kind) as reserved:
            self.begin(reserved, arguments, given)
        return reserved.job

    @contextmanager
    def reserved(self, kind: str) -> Iterator[Reserved]:
        """A job that may `begin`, and until then no other; forgotten where it has not when the block ends.

        Raises `Problem` while another runs.
        """
        lock = self._records.writing()
        if lock is None:
            raise self._busy()
        reserved = Reserved(Job(secrets.token_hex(8), kind), lock)
        self._records.put(reserved.job)
        try:
            yield reserved
        finally:
            if not reserved.has_begun:
                self._records.drop(reserved.job)
                lock.release()

    def _busy(self) -> Problem:
        running = next((job.id for job in self.all() if job.state == "running"), "of another process")
        return Problem(409, "library_busy", f"job {running} is writing to the library: wait for it, or cancel it")

    def begin(self, reserved: Reserved, arguments: Sequence[str], given: bytes = b"") -> None:
        """Runs a job that was reserved; until it has ended no other begins."""
        job, reserved.has_begun = reserved.job, True
        task = asyncio.get_running_loop().create_task(self._run(reserved, arguments, given))
        self._watching[job.id] = task
        task.add_done_callback(lambda _: reserved.lock.release())  # also where it was cancelled before it ran
        task.add_done_callback(lambda _: self._watching.pop(job.id, None))

    async def _run(self, reserved: Reserved, arguments: Sequence[str], given: bytes) -> None:
        job = reserved.job
        command = [sys.executable, "-m", "lookalike", "--quiet", *arguments]
        process = None
        try:
            if self._records.is_cancelled(job.id):  # before it began
                job.state = "cancelled"
                return
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=LINE,
                start_new_session=True,
                env=self._library.environment(),
            )
            job.pid = process.pid
            self._records.put(job)
            if self._records.is_cancelled(job.id):
                process.send_signal(signal.SIGINT)
            await _hand_over(process, given)
            await self._note(job, process, is_line_by_line="--jsonl" in arguments)
            code = await process.wait()
            is_cancelled = self._records.is_cancelled(job.id)
            job.state = "cancelled" if is_cancelled and job.report is None else ENDS.get(code, "failed")
            if job.state == "failed" and job.message is None:
                job.message = f"it ended with code {code}: run `lookalike {job.kind}` by hand to see more"
        except (OSError, ValueError) as error:
            job.state, job.message = "failed", f"it could not be run: {error}"
        finally:
            if job.state == "running":  # the service ends, and nobody watches any more
                job.state = "cancelled"
                if process is not None and process.returncode is None:
                    process.send_signal(signal.SIGINT)
            reserved.lock.release()  # before anybody is told that it has ended, and begins the next one
            self._records.put(job)

    async def _note(self, job: Job, process: Process, *, is_line_by_line: bool) -> None:
        assert process.stdout is not None
        if not is_line_by_line:  # one document, over many lines
            _take(job, await process.stdout.read(), Pace())
            return
        pace = Pace()
        async for line in process.stdout:
            _take(job, line, pace)
            self._records.put(job)

    def cancel(self, job: Job) -> None:
        """Has it finish its batch and commit, as Ctrl-C does; a second time ends it at once."""
        if job.state == "running":
            self._records.cancel(job.id)
            if job.pid:
                with suppress(ProcessLookupError):
                    os.kill(job.pid, signal.SIGINT)

    async def close(self) -> None:
        """Cancels what this process watches, and waits until it has committed."""
        for id in list(self._watching):
            if not self._records.is_cancelled(id):
                self.cancel(self.one(id))
        if self._watching:
            await asyncio.wait(self._watching.values(), timeout=30)
        for task in list(self._watching.values()):
            task.cancel()

    async def followed(self, job: Job) -> AsyncIterator[Job]:
        """How it stands, again whenever that changes, until it has ended."""
        told: object = None
        while True:
            state = self._records.state(job)
            now = job if state == told else self._records.get(job.id)
            if now is None:  # it was reserved, and never began
                yield replace(job, state="cancelled")
                return
            if state != told:
                job, told = now, state
                yield job
            if job.state != "running":
                return
            await asyncio.sleep(LOOK)


async def _hand_over(process: Process, given: bytes) -> None:
    """Writes what the process reads, as far as it does."""
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(given)
        await process.stdin.drain()
    process.stdin.close()


def _take(job: Job, line: bytes, pace: Pace) -> None:
    """Takes note of what the command line says: progress, a report, or an error."""
    try:
        told = json.loads(line)
    except ValueError:
        return
    if not isinstance(told, dict):
        return
    schema = told.get("schema")
    if schema is None:
        job.progress = pace.with_rate(told)
    elif schema == "lookalike/error/1":
        job.message = str(told.get("message"))
    else:
        job.report = told
        if job.kind == "dupes":  # GET /api/dupes has these
            job.report.pop("groups", None)
