"""Jobs as every process of a service sees them, and the lock that lets one of them write at a time."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from lookalike.app.documents import Document, document
from lookalike.app.server.shared_files import SharedFiles

if TYPE_CHECKING:
    from filelock import BaseFileLock

State = Literal["running", "done", "some_failed", "failed", "cancelled"]
KEPT: Final = 20
"""Jobs that are remembered."""


@dataclass
class Job:
    """One run: what it was asked, how far it is, and what came of it.

    `pid` is that of the process that writes, 0 before it began; `watcher` that of the one that notes how it stands.
    """

    id: str
    kind: str
    state: State = "running"
    progress: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] | None = None
    message: str | None = None
    pid: int = 0
    watcher: int = field(default_factory=os.getpid)
    began: int = field(default_factory=time.time_ns)

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


class JobRecords:
    """Jobs in `folder`, which several processes may read and write."""

    def __init__(self, folder: Path) -> None:
        self._jobs = SharedFiles(folder / "jobs", KEPT)
        self._cancelled = SharedFiles(folder / "cancelled", KEPT)
        self._folder = folder

    def put(self, job: Job) -> None:
        """Notes how it stands."""
        self._jobs.put(job.id, json.dumps(asdict(job)).encode())

    def drop(self, job: Job) -> None:
        """Forgets it."""
        self._jobs.drop(job.id)

    def get(self, id: str) -> Job | None:
        """None where there is none of that id."""
        data = self._jobs.get(id)
        return None if data is None else self._read(data)

    def all(self) -> list[Job]:
        """The latest first."""
        return sorted(map(self._read, self._jobs.all()), key=lambda job: -job.began)

    def state(self, job: Job) -> object:
        """Something else after each change."""
        return self._jobs.state(job.id), is_there(job.watcher)

    def _read(self, data: bytes) -> Job:
        """As it was put; one whose watcher was killed has failed, so that nobody waits for it for ever."""
        job = Job(**json.loads(data))
        if job.state == "running" and not is_there(job.watcher):
            job.state, job.message = "failed", "the process that watched it has ended: begin it again"
        return job

    def cancel(self, id: str) -> None:
        """Has all processes know that it was cancelled."""
        self._cancelled.put(id, b"")

    def is_cancelled(self, id: str) -> bool:
        """Whether any process was told to cancel it."""
        return self._cancelled.get(id) is not None

    def writing(self) -> BaseFileLock | None:
        """A lock that is held until it is released; None while another job holds it, of whichever process."""
        from filelock import FileLock, Timeout

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(self._folder / "writer.lock", thread_local=False)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return None
        return lock


def is_there(pid: int) -> bool:
    """Whether a process of that number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
