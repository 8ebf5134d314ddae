"""A further pass of an index run: something made of every picture that lacks it, in isolated workers, resumable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from numpy.typing import NDArray

from lookalike.errors import BadPicture
from lookalike.pixels.worker_pool import Isolated
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Store
from lookalike.search.ingest.read import Loaded
from lookalike.search.ingest.reread import one_file_each, read_again
from lookalike.search.ingest.run import COMMIT_FILES, COMMIT_SECONDS, IndexReport, Options, Progress
from lookalike.types import Failure, Ids, Space

T = TypeVar("T")
Handler = Callable[[Loaded], Reply]


@dataclass(frozen=True)
class Filling:
    """Of `space`: `make`, as `Isolated` takes it, gives one array a picture; `put` keeps them by the content's id."""

    space: Space
    make: Callable[[], Handler]
    put: Callable[[Mapping[int, NDArray[Any]]], None]
    of: Literal["local features", "small planes"]


def is_new(store: Store) -> bool:
    """Whether nothing was ever put into the library: then what it keeps is still to be chosen."""
    return store.count() == 0 and not store.spaces()


def fill(store: Store, filling: Filling, report: IndexReport, options: Options) -> IndexReport:
    """`report` of the passes before, with what this one adds to it. The caller holds `store.writing()`."""
    if report.interrupted:
        return report
    missing = store.missing(filling.space)
    if len(missing) == 0:
        return report
    started = time.monotonic()
    failures = _fill(store, filling, missing, options)
    return replace(
        report,
        seconds=report.seconds + time.monotonic() - started,
        failures=tuple(sorted([*report.failures, *failures], key=lambda failure: failure.path)),
        interrupted=options.should_stop(),
    )


def _fill(store: Store, filling: Filling, missing: Ids, options: Options) -> list[Failure]:
    failures: list[Failure] = []
    progress = Progress(len(missing), 0, 0, filling.of)
    ids: dict[str, int] = {}

    def jobs() -> Iterator[Loaded]:
        records = options.until_stopped(one_file_each(store, missing))
        for id, loaded in read_again(records, options.limits.bytes):
            ids[loaded.sha256] = id
            yield loaded

    with Isolated(filling.make, workers=options.workers, limits=options.limits) as pool:
        for batch in _batches(pool.run(jobs()), COMMIT_FILES, COMMIT_SECONDS):
            rows: dict[int, NDArray[Any]] = {}
            for loaded, reply in batch:
                if isinstance(reply, BadPicture):
                    failures.append(Failure(loaded.path, reply.reason, reply.detail))
                else:
                    rows[ids.pop(loaded.sha256)] = reply.arrays[0]
            with store.transaction():
                filling.put(rows)
            progress = replace(progress, committed=progress.committed + len(rows), failed=len(failures))
            options.on_commit(progress)
    return failures


def _batches(items: Iterable[T], most: int, seconds: float) -> Iterator[list[T]]:
    """Of at most so many, or as many as came in so many seconds."""
    batch: list[T] = []
    started = time.monotonic()
    for item in items:
        batch.append(item)
        if len(batch) >= most or time.monotonic() - started >= seconds:
            yield batch
            batch, started = [], time.monotonic()
    if batch:
        yield batch
