"""Work on untrusted bytes in worker processes with limits: what kills a worker costs one job."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from queue import SimpleQueue
from types import TracebackType
from typing import Generic, TypeVar

from lookalike.errors import BadPicture, WorkerFailed
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_process import SMALL, Process
from lookalike.pixels.worker_protocol import Reply

__all__ = ["Isolated", "Reply", "WorkerFailed"]

Job = TypeVar("Job")

MORE = 8
"""Jobs for each worker that are under way while they are small."""
AHEAD = 2
"""Small jobs that a worker may have: one that it does, and one in its pipe."""
MORE_BYTES = 2**20
"""Bytes for each worker that all jobs under way may have, where there are more than two for each."""
WATCH_SECONDS = 0.05
"""A job may overrun its limit by so much."""


class Isolated(Generic[Job]):
    """A pool of worker processes, each started by the first job that finds none free. A context manager.

    `make` is called once in each worker and gives its handler. It and the jobs are pickled; so what they are made of
    is importable, and not defined in the program that is run. From a handler, `BadPicture` is an outcome as any
    other; running out of memory is `too_large`, out of time `timeout`, dying or any other error `decoder_crash`.
    """

    def __init__(self, make: Callable[[], Callable[[Job], Reply]], *, workers: int, limits: Limits) -> None:
        if workers < 1:
            raise ValueError(f"workers must be 1 or more, not {workers}")
        self._made = _pickled((make, limits))
        self._workers = workers
        self._limits = limits
        self._threads = ThreadPoolExecutor(AHEAD * workers, "isolated")
        self._changed = threading.Condition()  # what follows
        self._jobs: dict[Process, int] = {}  # how many each has, of all processes
        self._choosing = threading.Lock()  # jobs find workers in their order
        self._watched = False
        self._closed = threading.Event()

    def start(self, count: int = 1) -> None:
        """So many workers start now, so that the first jobs need not wait for all of it."""
        with self._changed:
            while len(self._jobs) < count:
                self._born()

    def wait_until_ready(self) -> None:
        """Returns when a worker can take a job; raises `WorkerFailed` where none can start."""
        process = self._taken(1)
        try:
            process.wait_until_ready()
        finally:
            self._give_back(process)

    def run(
        self, jobs: Iterable[Job], size: Callable[[Job], int] = lambda _: MORE_BYTES
    ) -> Iterator[tuple[Job, Reply | BadPicture]]:
        """Each job with what came of it, as soon as it is done, or in their order where there is one worker.

        Raises `WorkerFailed` where no worker starts.

        Jobs are drawn in the caller's thread, when there is room: two for each worker are under way, and up to `MORE`
        of which the `size` in bytes is small, so that workers go on while the caller writes down what came of others.
        """
        waiting = iter(jobs)
        under_way: dict[Future[Reply | BadPicture], Job] = {}
        held = 0  # bytes of the jobs under way
        done: SimpleQueue[Future[Reply | BadPicture]] = SimpleQueue()
        try:
            while True:
                while has_room(len(under_way), held, self._workers):
                    drawn = list(islice(waiting, 1))
                    if not drawn:
                        break
                    (job,) = drawn
                    held += size(job)
                    future = self._threads.submit(self._handle, job, AHEAD if size(job) <= SMALL else 1)
                    under_way[future] = job
                    if self._workers > 1:
                        future.add_done_callback(done.put)
                if not under_way:
                    return
                future = done.get() if self._workers > 1 else next(iter(under_way))
                job = under_way.pop(future)
                held -= size(job)
                yield job, future.result()
        finally:
            for future in under_way:
                future.cancel()

    def submit(self, job: Job) -> Future[Reply | BadPicture]:
        """Outcome of a single job, to come; from any thread. It raises `WorkerFailed` where no worker starts."""
        return self._threads.submit(self._handle, job)

    def one(self, job: Job) -> Reply:
        """Reply to a single job; raises its `BadPicture`. From any thread."""
        outcome = self.submit(job).result()
        if isinstance(outcome, BadPicture):
            raise outcome
        return outcome

    def close(self) -> None:
        """Ends the workers, whatever they are doing; jobs under way have no outcome."""
        with self._changed:
            self._closed.set()
            for process in self._jobs:
                process.kill()
            self._changed.notify_all()
        self._threads.shutdown(cancel_futures=True)
        for process in self._jobs:
            process.end()
        self._jobs.clear()

    def __enter__(self) -> Isolated[Job]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _handle(self, job: Job, most: int = 1) -> Reply | BadPicture:
        message = pickle.dumps(job, pickle.HIGHEST_PROTOCOL)
        while True:
            process = self._taken(most)
            try:
                outcome = process.handle(message)
            finally:
                self._give_back(process)
            if outcome is not None:  # else its worker died of the job before
                return outcome

    def _taken(self, most: int) -> Process:
        """A worker that is free, a new one, or one that has fewer than `most` jobs, whichever there is first."""
        with self._choosing, self._changed:
            while (process := self._with_room(most)) is None:
                self._changed.wait()
                self._check_open()
            self._jobs[process] += 1
            return process

    def _with_room(self, most: int) -> Process | None:
        """None where all are busy, or one that died still has a job."""
        for dead in [each for each, jobs in self._jobs.items() if jobs == 0 and not each.is_alive]:
            self._bury(dead)
        least = min((each for each in self._jobs if each.is_alive), key=self._jobs.__getitem__, default=None)
        if least is not None and self._jobs[least] == 0:
            return least
        if len(self._jobs) < self._workers:
            return self._born()
        return least if least is not None and self._jobs[least] < most else None

    def _give_back(self, process: Process) -> None:
        """A worker that could do its job and died of this one has its successor start at once."""
        with self._changed:
            self._jobs[process] -= 1
            if self._jobs[process] == 0 and not process.is_alive and not self._closed.is_set():
                self._bury(process)
                if process.was_ready:
                    self._born()
            self._changed.notify_all()

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise WorkerFailed("the pool of workers is closed")

    def _born(self) -> Process:
        self._check_open()
        process = Process(self._made, self._limits)
        if not self._watched:
            self._watched = True
            threading.Thread(target=self._watch, name="isolated-watch", daemon=True).start()
        self._jobs[process] = 0
        return process

    def _watch(self) -> None:
        """Ends workers that are late, by the clock of the whole pool: a timer a job would cost a thread a job."""
        while not self._closed.wait(WATCH_SECONDS):
            with self._changed:
                for process in self._jobs:
                    process.kill_if_late()

    def _bury(self, process: Process) -> None:
        del self._jobs[process]
        process.end()


def has_room(jobs: int, size: int, workers: int) -> bool:
    """Whether one more job may be under way, beside so many of that many bytes in all."""
    is_small = jobs < MORE * workers and size < MORE_BYTES * workers
    return jobs < 2 * workers or is_small


def _pickled(made: object) -> bytes:
    try:
        return pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise WorkerFailed(f"a worker process cannot be given what is not importable: {error}") from error
