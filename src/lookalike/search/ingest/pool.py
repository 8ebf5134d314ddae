"""Workers of a run: processes of this machine, or cores of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol, Self, TypeVar

from lookalike.errors import BadPicture
from lookalike.pixels.worker_pool import Isolated
from lookalike.pixels.worker_protocol import Reply
from lookalike.search.ingest.options import Options
from lookalike.search.ingest.worker import FactsJob, Job, Make

J = TypeVar("J")


class Workers(AbstractContextManager["Workers[J]"], Protocol[J]):
    """Workers that do jobs; `Isolated` is one such pool."""

    def __enter__(self) -> Self: ...

    def start(self, count: int = 1) -> None: ...

    def wait_until_ready(self) -> None: ...

    def run(self, jobs: Iterable[J], size: Callable[[J], int] = ...) -> Iterator[tuple[J, Reply | BadPicture]]: ...


Pool = Workers[Job | FactsJob]


def pool_of(make: Make, options: Options) -> Pool:
    """The pool that the options ask for; it has not started."""
    if options.cluster is None:
        return Isolated(make, workers=options.workers, limits=options.limits)
    from lookalike.search.ingest.ray_ import RayWorkers

    on, workers = options.cluster.address, options.cluster.workers
    return RayWorkers(make, on=on, workers=workers, limits=options.limits)
