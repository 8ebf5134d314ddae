"""Work on untrusted bytes in worker processes with limits: what kills a worker costs one job.

A worker is a plain subprocess (never a fork, never a second import of the user's program). Jobs go to it pickled;
what comes back is never unpickled: a header of JSON and the raw bytes of arrays, checked before they are used.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from lookalike.errors import BadPicture
from lookalike.pixels.limits import Limits
from lookalike.pixels.process import Process
from lookalike.pixels.wire import Reply

J = TypeVar("J")
J_contra = TypeVar("J_contra", contravariant=True)


class Maker(Protocol[J_contra]):
    """Picklable; called once in each worker, it gives the handler of jobs."""

    def __call__(self) -> Callable[[J_contra], Reply]: ...


class Isolated(Generic[J]):
    """A pool of isolated workers, each started by the first job that finds no other free. A context manager."""

    def __init__(self, make: Maker[J], *, workers: int, limits: Limits) -> None:
        if workers < 1:
            raise ValueError(f"workers must be 1 or more, not {workers}")
        self._make = make
        self._limits = limits
        self._workers = workers
        self._todo: SimpleQueue[tuple[J, _Results[J]] | None] = SimpleQueue()
        self._processes: list[Process[J]] = []
        self._threads: list[threading.Thread] = []

    def run(self, jobs: Iterable[J]) -> Iterator[tuple[J, Reply | BadPicture]]:
        """Each job with what came of it, as they complete; at most two jobs a worker are drawn ahead.

        A defect of the handler's `make` raises `RuntimeError` with what the worker said.
        """
        done: _Results[J] = SimpleQueue()
        waiting = iter(jobs)
        in_flight, exhausted = 0, False
        while True:
            while not exhausted and in_flight < 2 * self._workers:
                try:
                    job = next(waiting)
                except StopIteration:
                    exhausted = True
                else:
                    self._start_thread(in_flight)
                    self._todo.put((job, done))
                    in_flight += 1
            if in_flight == 0:
                return
            job, outcome = done.get()
            in_flight -= 1
            if isinstance(outcome, RuntimeError):
                raise outcome
            yield job, outcome

    def one(self, job: J) -> Reply:
        """What comes of a single job; raises the `BadPicture` that it gives."""
        ((_, outcome),) = self.run([job])
        if isinstance(outcome, BadPicture):
            raise outcome
        return outcome

    def close(self) -> None:
        """Ends the workers, whatever they are doing."""
        for _ in self._threads:
            self._todo.put(None)
        for process in self._processes:
            process.close()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._processes.clear()

    def __enter__(self) -> Isolated[J]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _start_thread(self, in_flight: int) -> None:
        """One more worker, while there are more jobs than workers."""
        if len(self._threads) >= self._workers or len(self._threads) > in_flight:
            return
        process = Process(self._make, self._limits)
        thread = threading.Thread(target=self._serve, args=(process,), name="isolated", daemon=True)
        self._processes.append(process)
        self._threads.append(thread)
        thread.start()

    def _serve(self, process: Process[J]) -> None:
        while (item := self._todo.get()) is not None:
            job, done = item
            try:
                done.put((job, process.handle(job)))
            except Exception as error:  # noqa: BLE001  it must reach the thread that waits for the job
                done.put((job, error if isinstance(error, RuntimeError) else RuntimeError(repr(error))))


_Results = SimpleQueue[tuple[J, Reply | BadPicture | RuntimeError]]
