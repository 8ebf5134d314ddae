"""Files into the store: scan, read, decode and describe in workers, commit; resumable after any kill.

A content (distinct bytes) is described once, however many files hold it. What was committed is acknowledged through
`on_commit`; a run that was killed goes on where it stopped, since what is stored is not done again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, TypeVar

import numpy as np

from lookalike.errors import BadPicture
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import Isolated
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Describer, Store
from lookalike.registry import configuration
from lookalike.search.ingest.commit import Batch
from lookalike.search.ingest.read import Loaded, ahead, load
from lookalike.search.ingest.reread import one_file_each, read_again
from lookalike.search.ingest.scan import Found, Skipped, Unreachable, is_gone, roots_of, scan
from lookalike.search.ingest.worker import DescribeBytes, content_of, frames_of
from lookalike.types import Failure, Ids, Stamp

T = TypeVar("T")
Outcome = Literal["added", "updated", "moved", "unchanged", "skipped", "failed"]
OUTCOMES: tuple[Outcome, ...] = ("added", "updated", "moved", "unchanged", "skipped", "failed")

COMMIT_FILES = 256
COMMIT_SECONDS = 2.0


@dataclass(frozen=True)
class IndexReport:
    """What became of every file seen: the six outcomes add up to `seen`; `removed` files are apart."""

    seen: int
    added: int
    updated: int
    moved: int
    unchanged: int
    skipped: int
    failed: int
    removed: int
    seconds: float
    failures: tuple[Failure, ...]
    interrupted: bool


@dataclass(frozen=True)
class Progress:
    """How far a run is with what it makes of pictures: how many in all, committed, failed."""

    total: int
    committed: int
    failed: int
    of: Literal["vectors", "local features", "small planes", "comparisons"] = "vectors"


def _silent(_: Progress) -> None: ...


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Options:
    """How a run works. `should_stop` is asked between files: when true, the batch is finished and committed."""

    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    limits: Limits = field(default_factory=Limits)
    retry_failed: bool = False
    on_commit: Callable[[Progress], None] = _silent
    should_stop: Callable[[], bool] = _never

    def until_stopped(self, items: Iterable[T]) -> Iterator[T]:
        """The items, as long as nobody asks to stop."""
        for item in items:
            if self.should_stop():
                return
            yield item


def ingest(
    store: Store, describers: Sequence[Describer], paths: Iterable[str | os.PathLike[str]], options: Options
) -> IndexReport:
    """Makes the store agree with the files at and below `paths`. The caller holds `store.writing()`."""
    return _Run(store, tuple(describers), roots_of(paths), options).report()


class _Run:
    """One call of `ingest`: what became of the files so far, and the rows that wait for the next commit."""

    def __init__(self, store: Store, describers: tuple[Describer, ...], roots: list[str], options: Options) -> None:
        self.store = store
        self.describers = describers
        self.roots = roots
        self.options = options
        self.counts: dict[Outcome, int] = dict.fromkeys(OUTCOMES, 0)
        self.failures: list[Failure] = []
        self.progress = Progress(0, 0, 0)
        self.known: dict[str, Stamp] = {}
        self.failed: dict[str, Failure] = {}  # before this run
        self.has_failures = bool(store.failures())  # anywhere; most libraries are spared a look-up a file
        self.gone: set[str] = set()
        self.moved_from: set[str] = set()
        self.waiting: dict[str, list[Loaded]] = {}  # sha256 -> the files whose content is with a worker
        self.batch = Batch()

    def report(self) -> IndexReport:
        started = time.monotonic()
        with self.store.transaction():
            for describer in self.describers:
                self.store.add_space(describer.space, configuration(describer))
        self._describe_changed(self._look())
        self._backfill()
        removed = self._drop_gone()
        return IndexReport(
            seen=sum(self.counts.values()),
            **self.counts,
            removed=removed,
            seconds=time.monotonic() - started,
            failures=tuple(sorted(self.failures, key=lambda failure: failure.path)),
            interrupted=self.options.should_stop(),
        )

    # what there is

    def _look(self) -> int:
        """How many files to read; the others are counted. None is kept, so that memory does not grow with them."""
        self.known = self.store.stamps(self.roots)
        self.failed = {failure.path: failure for failure in self.store.failures(self.roots)}
        unseen = set(self.known)
        changed = 0
        for seen in scan(self.roots):
            unseen.discard(seen.path)
            if isinstance(seen, Skipped):
                self.counts["skipped"] += 1
            elif isinstance(seen, Unreachable):
                self._fail(Failure(seen.path, seen.reason, seen.detail))
            elif self._is_changed(seen):
                changed += 1
            elif seen.path in self.failed:
                self._note(self.failed[seen.path])
            else:
                self.counts["unchanged"] += 1
        self.gone = {path for path in unseen if is_gone(path, self.known[path].device)}
        return changed

    def _is_changed(self, found: Found) -> bool:
        again = found.path in self.failed and self.options.retry_failed
        return again or self.known.get(found.path) != found.stamp

    # what is new

    def _describe_changed(self, count: int) -> None:
        self._expect(count)
        if count:
            changed = (seen for seen in scan(self.roots) if isinstance(seen, Found) and self._is_changed(seen))
            for loaded, reply in self._workers(self.describers, self._load_new(changed)):
                self._settle(loaded, reply)
                self._commit_when_due()
        self._commit()

    def _load_new(self, changed: Iterable[Found]) -> Iterator[Loaded]:
        """Those whose bytes are new; the others are settled without a worker."""
        read = partial(load, max_bytes=self.options.limits.bytes)
        for loaded in ahead(read, self.options.until_stopped(changed), threads=2):
            if isinstance(loaded, Failure):
                self._fail(loaded)
            elif not self._is_settled(loaded):
                self.waiting[loaded.sha256] = [loaded]
                yield loaded
            self._commit_when_due()

    def _is_settled(self, loaded: Loaded) -> bool:
        """Whether these bytes are known, known to fail, or with a worker now; then the file joins them."""
        sha256 = loaded.sha256
        if sha256 in self.waiting:
            self.waiting[sha256].append(loaded)
            return True
        failure = self._known_failure(sha256)
        if failure is not None:
            self._fail(replace(failure, path=loaded.path, stamp=loaded.stamp))
            return True
        if sha256 in self.batch.contents or self.store.contents([sha256]):
            self._put(loaded)
            return True
        return False

    def _known_failure(self, sha256: str) -> Failure | None:
        if self.options.retry_failed or not self.has_failures:
            return None
        return self.store.failed_contents([sha256]).get(sha256)

    def _settle(self, described: Loaded, reply: Reply | BadPicture) -> None:
        files = self.waiting.pop(described.sha256)
        if isinstance(reply, BadPicture):
            for file in files:
                self._fail(Failure(file.path, reply.reason, reply.detail, file.stamp, file.sha256))
            return
        self.batch.add(
            content_of(described, reply), dict(zip(self.describers, reply.arrays, strict=True)), frames_of(reply)
        )
        for file in files:
            self._put(file)

    # what lacks a vector

    def _backfill(self) -> None:
        """All of the library for a describer that is new to it."""
        lacking: dict[int, tuple[Describer, ...]] = {}
        for describer in self.describers:
            for id in self.store.missing(describer.space).tolist():
                lacking[id] = (*lacking.get(id, ()), describer)
        self._expect(len(lacking))
        for describers in set(lacking.values()):
            ids = np.array([id for id, missing in lacking.items() if missing == describers], np.int64)
            for loaded, reply in self._workers(describers, self._load_again(ids)):
                if isinstance(reply, BadPicture):
                    self.failures.append(Failure(loaded.path, reply.reason, reply.detail))
                else:
                    self.batch.add(
                        content_of(loaded, reply), dict(zip(describers, reply.arrays, strict=True)), frames_of(reply)
                    )
                self._commit_when_due()
        self._commit()

    def _load_again(self, ids: Ids) -> Iterator[Loaded]:
        """One file of each content; a file that is gone or changed waits for the next scan of its folder."""
        records = self.options.until_stopped(one_file_each(self.store, ids))
        return (loaded for _, loaded in read_again(records, self.options.limits.bytes))

    # what is gone

    def _drop_gone(self) -> int:
        if self.options.should_stop():  # a file not yet met may be where one of these went
            return 0
        with self.store.transaction():
            self.store.drop_records(sorted(self.gone))
        return len(self.gone - self.moved_from)

    # shared steps

    def _workers(
        self, describers: tuple[Describer, ...], jobs: Iterator[Loaded]
    ) -> Iterator[tuple[Loaded, Reply | BadPicture]]:
        limits = self.options.limits
        make = DescribeBytes(describers, limits, further=True)
        with Isolated(make, workers=self.options.workers, limits=limits) as pool:
            yield from pool.run(jobs)

    def _put(self, file: Loaded) -> None:
        if file.path in self.known and file.path not in self.failed:
            self.counts["updated"] += 1
        elif origin := self._moved_from(file.sha256):
            self.moved_from.add(origin)
            self.counts["moved"] += 1
        else:
            self.counts["added"] += 1
        self.batch.files.append((file.path, file.stamp, file.sha256))

    def _moved_from(self, sha256: str) -> str | None:
        """A file with these bytes that is gone, if there is one that nothing else came from."""
        known = self.store.contents([sha256]) if self.gone else {}
        for id, _ in known.values():
            for record in self.store.records(np.array([id], np.int64)):
                if record.path in self.gone and record.path not in self.moved_from:
                    return record.path
        return None

    def _fail(self, failure: Failure) -> None:
        self._note(failure)
        self.batch.failures.append(failure)
        self.has_failures = True

    def _note(self, failure: Failure) -> None:
        self.counts["failed"] += 1
        self.failures.append(failure)

    # commits

    def _expect(self, more: int) -> None:
        self.progress = replace(self.progress, total=self.progress.total + more)

    def _commit_when_due(self) -> None:
        if self.batch.is_due(COMMIT_FILES, COMMIT_SECONDS):
            self._commit()

    def _commit(self) -> None:
        if len(self.batch) == 0:
            return
        self.batch.commit(self.store)
        self.progress = replace(
            self.progress, committed=self.progress.committed + len(self.batch), failed=len(self.failures)
        )
        self.batch = Batch()
        self.options.on_commit(self.progress)
