"""Workers on the machines of a Ray cluster [Moritz et al., Ray: a distributed framework, OSDI 2018].

Bytes of files travel to the machines, rows come back, and one process writes them down. So a machine needs this
program, but none of the files; and whichever machine is lost, no row is missing and none is there twice.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property
from itertools import islice
from types import ModuleType, TracebackType
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

from lookalike.errors import BadPicture, BadSetting, MissingExtra, WorkerFailed
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import MORE_BYTES, Isolated, has_room
from lookalike.pixels.worker_protocol import Reply

Job = TypeVar("Job")

HERE: Final = "ray"
CLIENT_PORT: Final = 10001
"""Port of a head that serves drivers on other machines, unless the address names one."""
ANSWER_SECONDS: Final = 5.0
START_SECONDS: Final = 120.0
TRIES: Final = 3
"""A head that is busy fails to serve a driver that comes a moment too early."""
LOSSES: Final = 3
"""A job whose worker is lost so often has failed; so has a pool of which so many workers in turn never start."""


class RayWorkers(Generic[Job]):
    """A pool as `Isolated` is, of workers on a cluster: each is an actor, which keeps an isolated process.

    `on` is `ray`, for a cluster that begins and ends on this machine (or the one of RAY_ADDRESS), or
    `ray://HOST[:PORT]`. `workers` cores are asked for, all of the cluster where it is None. A worker that is lost has
    its jobs done by the others, and a successor as soon as a machine has a core to spare.
    """

    def __init__(
        self, make: Callable[[], Callable[[Job], Reply]], *, on: str, workers: int | None, limits: Limits
    ) -> None:
        self._ray = _imported()
        self._address = address_of(on)
        if self._address is not None:
            _check_answers(self._address)
        self._made = pickle.dumps((make, limits), pickle.HIGHEST_PROTOCOL)
        self._count = workers
        self._starting: dict[Any, Any] = {}  # what tells that a worker is ready -> the worker
        self._ready: dict[Any, set[Any]] = {}  # worker -> what it is asked for
        self._failed_starts = 0
        self._has_connected = False

    @cached_property
    def _cores(self) -> int:
        """Workers that there may be. The cluster is joined for this: a run that finds nothing to do joins none."""
        if not self._ray.is_initialized():
            _connect(self._ray, self._address, self._count)
            self._has_connected = True
        return self._count or int(self._ray.cluster_resources().get("CPU", 0)) or 1

    def start(self, count: int = 1) -> None:
        """So many workers start now, where there are cores for them."""
        while len(self._starting) + len(self._ready) < min(count, self._cores):
            self._bear()

    def wait_until_ready(self) -> None:
        """Returns when a worker can take a job; raises `WorkerFailed` where none can start."""
        self.start()
        due = time.monotonic() + START_SECONDS
        while not self._ready:
            if time.monotonic() > due:
                raise WorkerFailed(
                    f"no machine of the Ray cluster had a core to spare for {START_SECONDS:.0f} s: "
                    "`ray status` lists what runs there"
                )
            self._met(self._waited([*self._starting], 1.0))

    def run(
        self, jobs: Iterable[Job], size: Callable[[Job], int] = lambda _: MORE_BYTES
    ) -> Iterator[tuple[Job, Reply | BadPicture]]:
        """Each job with what came of it, in the order of completion; raises `WorkerFailed` where no worker is left.

        Jobs are drawn as by `Isolated.run`: no more are under way than the workers can do soon.
        """
        waiting = iter(jobs)
        lost: dict[int, int] = {}  # id of a job that is under way -> how many workers were lost with it
        again: list[Job] = []
        under_way: dict[Any, tuple[Any, Job]] = {}
        try:
            while True:
                while has_room(len(under_way), sum(size(job) for _, job in under_way.values()), len(self._ready) or 1):
                    drawn = [again.pop()] if again else list(islice(waiting, 1))
                    if not drawn:
                        break
                    self.start(self._cores)
                    self.wait_until_ready()
                    asked, worker = self._ask(drawn[0])
                    under_way[asked] = worker, drawn[0]
                if not under_way:
                    return
                for done in self._met(self._waited([*under_way, *self._starting], None)):
                    if done not in under_way:
                        continue
                    worker, job = under_way.pop(done)
                    outcome = self._outcome(worker, done)
                    if outcome is None:
                        lost[id(job)] = lost.get(id(job), 0) + 1
                        if lost[id(job)] < LOSSES:
                            again.append(job)
                            continue
                        outcome = BadPicture("decoder_crash", f"{LOSSES} workers of the cluster were lost with it")
                    lost.pop(id(job), None)
                    yield job, outcome
        finally:
            for asked in under_way:
                with suppress(Exception):
                    self._ray.cancel(asked)

    def close(self) -> None:
        """Ends the workers, whatever they are doing."""
        with suppress(Exception):  # a cluster that is gone has no workers to end
            for worker in (*self._ready, *self._starting.values()):
                self._ray.kill(worker)
        self._ready, self._starting = {}, {}
        if self._has_connected:
            self._ray.shutdown()

    def __enter__(self) -> RayWorkers[Job]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _bear(self) -> None:
        worker = self._ray.remote(num_cpus=1, max_restarts=0)(_Actor).remote(self._made)
        self._starting[worker.wait_until_ready.remote()] = worker

    def _waited(self, asked: list[Any], seconds: float | None) -> list[Any]:
        """References that are done, some at least unless the time is over."""
        try:
            return list(self._ray.wait(asked, num_returns=1, timeout=seconds)[0])
        except (ConnectionError, self._ray.exceptions.RayError) as error:
            raise WorkerFailed(f"the Ray cluster does not answer any more: {_line(error)}") from error

    def _met(self, done: list[Any]) -> list[Any]:
        """`done`, after the workers among them that became ready were taken in."""
        for each in done:
            worker = self._starting.pop(each, None)
            if worker is None:
                continue
            try:
                self._ray.get(each)
            except self._ray.exceptions.RayError as error:
                self._failed_starts += 1
                if self._failed_starts >= LOSSES:
                    raise WorkerFailed(
                        f"a worker cannot start on the Ray cluster: {_line(error)}; each machine needs this version of "
                        "lookalike, with the extras of its describers"
                    ) from error
                self._bear()
            else:
                self._failed_starts = 0
                self._ready[worker] = set()
        return done

    def _ask(self, job: Job) -> tuple[Any, Any]:
        """A reference to the job's outcome, and the worker that was asked: the one with the least to do."""
        worker = min(self._ready, key=lambda each: len(self._ready[each]))
        asked = worker.handle.remote(job)
        self._ready[worker].add(asked)
        return asked, worker

    def _outcome(self, worker: Any, asked: Any) -> Reply | BadPicture | None:
        """Outcome of a job, None where its worker was lost, which has a successor then."""
        self._ready.get(worker, set()).discard(asked)
        errors = self._ray.exceptions
        try:
            outcome: Reply | BadPicture = self._ray.get(asked)
        except (errors.RayActorError, errors.ObjectLostError, errors.NodeDiedError):
            if self._ready.pop(worker, None) is not None:
                self._ray.kill(worker)  # where it lives, it holds a core that its successor needs
                self._bear()
            return None
        except errors.RayError as error:
            raise WorkerFailed(f"a worker of the Ray cluster failed: {_line(error)}") from error
        return outcome


class _Actor:
    """One core of some machine: an isolated worker process, and what passes jobs to it."""

    def __init__(self, made: bytes) -> None:
        make, limits = pickle.loads(made)  # noqa: S301  the driver is trusted by its actors
        self._pool: Isolated[Any] = Isolated(make, workers=1, limits=limits)
        self._pool.start()

    def wait_until_ready(self) -> None:
        self._pool.wait_until_ready()

    def handle(self, job: Any) -> Reply | BadPicture:
        return self._pool.submit(job).result()


def address_of(on: str) -> str | None:
    """Address that Ray is given, None for a cluster on this machine; raises `BadSetting`."""
    if on == HERE:
        return None
    parts = urlsplit(on)
    try:
        host, port = parts.hostname, parts.port or CLIENT_PORT
    except ValueError as error:
        raise BadSetting(f"--on {on}: {error}") from error
    if parts.scheme != HERE or not host or parts.path.strip("/"):
        raise BadSetting(f"--on is ray, or ray://HOST[:PORT], not {on!r}")
    return f"{HERE}://{host}:{port}"


def _imported() -> ModuleType:
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # its own warning about its own default
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("to index on a Ray cluster install lookalike[ray]: pip install 'lookalike[ray]'") from error
    module: ModuleType = ray
    return module


def _connect(ray: ModuleType, address: str | None, workers: int | None) -> None:
    if address is not None:
        _check_answers(address)
    here = {"num_cpus": workers, "include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    begins = address is None and "RAY_ADDRESS" not in os.environ
    for left in reversed(range(TRIES)):
        try:
            ray.init(address, logging_level=logging.ERROR, log_to_driver=False, **(here if begins else {}))
        except Exception as error:  # of many kinds, by what is wrong over there
            if left == 0:
                where = address or "on this machine"
                raise WorkerFailed(f"cannot join the Ray cluster {where}: {_line(error)}") from error
        else:
            return


def _check_answers(address: str) -> None:
    """Ray waits half a minute for a head that is not there; a port that is closed says so at once."""
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or CLIENT_PORT), ANSWER_SECONDS).close()
    except OSError as error:
        raise WorkerFailed(
            f"no Ray head answers at {address}: {error.strerror or error}; is `ray start --head` running there, and "
            "its client port open?"
        ) from error


def _line(error: BaseException) -> str:
    """Last line of what an error says."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    return said[-1][:300] if said else type(error).__name__
