"""Jobs that write to the library: one at a time, in a process of its own, watched line by line."""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from lookalike.app.documents import Document, document
from lookalike.app.server.problems import Problem
from lookalike.location import Location

State = Literal["running", "done", "some_failed", "failed", "cancelled"]
KEPT: Final = 20
"""Jobs that are remembered."""
LINE: Final = 64 * 2**20
"""Bytes of the longest line that a job may write: a report lists every failure."""
ENDS: Final[dict[int, State]] = {0: "done", 1: "done", 3: "some_failed", 130: "cancelled", -signal.SIGINT: "cancelled"}
"""By the exit code of the command line; the signal itself ends it where it has hardly begun."""
LOOK: Final = 0.2
"""Seconds between two looks at how far a job is."""


@dataclass
class Job:
    """One run: what it was asked, how far it is, and what came of it."""

    id: str
    kind: str
    state: State = "running"
    progress: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] | None = None
    message: str | None = None
    has_begun: bool = False
    is_cancelled: bool = False
    process: Process | None = field(default=None, repr=False)

    def document(self) -> Document:
        """How it stands."""
        return document(
            "job",
            id=self.id,
            kind=self.kind,
            state=self.state,
            progress=self.progress,
            report=self.report,
            message=self.message,
        )


class Jobs:
    """Jobs of one library, used from the event loop alone."""

    def __init__(self, library: Location) -> None:
        self._library = library
        self._jobs: dict[str, Job] = {}
        self._watching: set[asyncio.Task[None]] = set()

    def all(self) -> list[Job]:
        """The latest first."""
        return [*reversed(self._jobs.values())]

    def one(self, id: str) -> Job:
        """Raises `Problem` where there is none of that id."""
        if id not in self._jobs:
            raise Problem(404, "no_such_job", "there is no such job: GET /api/jobs lists those that there are")
        return self._jobs[id]

    async def start(self, kind: str, arguments: Sequence[str], given: bytes = b"") -> Job:
        """Runs the command line with `arguments`, which reads what is `given`; raises `Problem` while another runs."""
        with self.reserved(kind) as job:
            self.begin(job, arguments, given)
        return job

    @contextmanager
    def reserved(self, kind: str) -> Iterator[Job]:
        """A job that may `begin`, and until then no other; cancelled where it has not when the block ends.

        Raises `Problem` while another runs.
        """
        running = next((job for job in self._jobs.values() if job.state == "running"), None)
        if running is not None:
            detail = f"job {running.id} is writing to the library: wait for it, or cancel it"
            raise Problem(409, "library_busy", detail)
        job = Job(secrets.token_hex(8), kind)
        self._jobs[job.id] = job
        for id in list(self._jobs)[:-KEPT]:
            del self._jobs[id]
        try:
            yield job
        finally:
            if not job.has_begun:
                job.state = "cancelled"
                self._jobs.pop(job.id, None)

    def begin(self, job: Job, arguments: Sequence[str], given: bytes = b"") -> None:
        """Runs a job that was reserved."""
        job.has_begun = True
        task = asyncio.get_running_loop().create_task(self._run(job, arguments, given))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)

    async def _run(self, job: Job, arguments: Sequence[str], given: bytes) -> None:
        command = [sys.executable, "-m", "lookalike", "--quiet", *arguments]
        if job.is_cancelled:  # before it began
            job.state = "cancelled"
            return
        try:
            job.process = await asyncio.create_subprocess_exec(
                *command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=LINE,
                start_new_session=True,
                env=self._library.environment(),
            )
            if job.is_cancelled:
                self._interrupt(job)
            await _hand_over(job.process, given)
            assert job.process.stdout is not None
            if "--jsonl" in arguments:
                async for line in job.process.stdout:
                    _note(job, line)
            else:  # one document, over many lines
                _note(job, await job.process.stdout.read())
            code = await job.process.wait()
            job.state = "cancelled" if job.is_cancelled and job.report is None else ENDS.get(code, "failed")
            if job.state == "failed" and job.message is None:
                job.message = f"it ended with code {code}: run `lookalike {job.kind}` by hand to see more"
        except (OSError, ValueError) as error:
            job.state, job.message = "failed", f"it could not be run: {error}"
        finally:
            if job.state == "running":  # the service ends, and nobody watches any more
                job.state = "cancelled"
                self._interrupt(job)

    def cancel(self, job: Job) -> None:
        """Has it finish its batch and commit, as Ctrl-C does; a second time ends it at once."""
        if job.state == "running":
            job.is_cancelled = True
            self._interrupt(job)

    def _interrupt(self, job: Job) -> None:
        if job.process is not None and job.process.returncode is None:
            job.process.send_signal(signal.SIGINT)

    async def close(self) -> None:
        """Cancels what runs, and waits until it has committed."""
        for job in self._jobs.values():
            if not job.is_cancelled:
                self.cancel(job)
        if self._watching:
            await asyncio.wait(self._watching, timeout=30)
        for task in self._watching:
            task.cancel()

    async def followed(self, job: Job) -> AsyncIterator[Document]:
        """Document after document, as it changes, until it has ended."""
        told: Document = {}
        while True:
            now = job.document()
            if now != told:
                told = {**now, "progress": dict(job.progress)}
                yield told
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


def _note(job: Job, line: bytes) -> None:
    """Takes note of what the command line says: progress, a report, or an error."""
    try:
        told = json.loads(line)
    except ValueError:
        return
    if not isinstance(told, dict):
        return
    schema = told.get("schema")
    if schema is None:
        job.progress = told
    elif schema == "lookalike/error/1":
        job.message = str(told.get("message"))
    else:
        job.report = told
        if job.kind == "dupes":  # GET /api/dupes has these
            job.report.pop("groups", None)
