"""Files into the store, in one pass: scan, read, make all that the library keeps in workers, commit.

A content (distinct bytes) is read by a worker once, however many files hold it and whatever is made of it. What was
committed is acknowledged through `on_commit`; a run that was killed goes on where it stopped, since what is stored is
not done again.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from lookalike.errors import BadPicture
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Store
from lookalike.search.ingest.backfill import lacking
from lookalike.search.ingest.commit import Batch
from lookalike.search.ingest.facts import Sidecars, read_facts
from lookalike.search.ingest.options import COMMIT_FILES, COMMIT_SECONDS, Options, Progress
from lookalike.search.ingest.pool import Pool, pool_of
from lookalike.search.ingest.products import Frames, Product, VectorOf, keep_all
from lookalike.search.ingest.read import File, Loaded, ahead
from lookalike.search.ingest.report import IndexReport, Tally
from lookalike.search.ingest.scan import Found, Skipped, Unreachable, roots_of
from lookalike.search.ingest.supply import Files, Given, Supply
from lookalike.search.ingest.vanished import Vanished, vanished
from lookalike.search.ingest.worker import Job, Make, made_of, size_of
from lookalike.types import Failure, Space

TOO_MUCH: Final = frozenset({"timeout", "decoder_crash", "too_large"})
"""Reasons for which a picture may fail when too much is made of it at once."""


def ingest(
    store: Store,
    products: Sequence[Product],
    paths: Iterable[str | os.PathLike[str]] | Given,
    options: Options,
    dropped: Sequence[Space] = (),
) -> IndexReport:
    """Makes the store agree with the files at and below `paths`, and fills what its pictures lack of `products`.

    Pictures that are given in place of paths are added, and no file is looked for.

    The spaces `dropped` go, once it is clear that the products can be made. The caller holds `store.writing()`.
    """
    started = time.monotonic()
    supply = paths if isinstance(paths, Given) else Files(roots_of(paths), options.limits.bytes)
    run = _Run(store, tuple(products), supply, options)
    with pool_of(Make(run.products, options.limits), options) as pool:
        count = run.look()
        if not all(product.is_kept(store) for product in products):  # what cannot be made must change nothing
            pool.start(min(options.workers, max(count, 1)))
            pool.wait_until_ready()
        keep_all(store, run.products, tuple(dropped))
        run.fill(pool, count)
    removed, kept = run.drop_vanished()
    return run.tally.report(removed, kept.items(), time.monotonic() - started, interrupted=options.should_stop())


class _Run:
    """One pass: what became of the files so far, and the rows that wait for the next commit."""

    def __init__(self, store: Store, products: tuple[Product, ...], supply: Supply, options: Options) -> None:
        self.store = store
        self.products = products
        self.everything = tuple(range(len(products)))
        self.vectors = tuple(number for number in self.everything if isinstance(products[number], VectorOf))
        self.supply = supply
        self.options = options
        self.known = store.stamps(supply.roots)
        self.failed = {failure.path: failure for failure in store.failures(supply.roots)}  # before this run
        self.has_failures = bool(store.failures())  # anywhere; most libraries are spared a look-up a file
        self.sidecars = Sidecars()
        self.vanished = Vanished(set())
        self.tally = Tally()
        self.progress = Progress(0, 0, 0)
        self.waiting: dict[str, list[File]] = {}  # sha256 -> the files whose content is with a worker
        self.again: dict[str, tuple[Found, BadPicture]] = {}  # sha256 -> what was too much at once, and why
        self.batch = Batch()

    # what there is

    def look(self) -> int:
        """How many files to read; the others are counted. None is kept, so that memory does not grow with them."""
        unseen = dict(self.known)
        changed = 0
        for seen in self.supply.seen():
            unseen.pop(seen.path, None)
            if isinstance(seen, Skipped):
                self.options.on_skip(seen)
                self.sidecars.note(seen)
                self.tally.count("skipped")
            elif isinstance(seen, Unreachable):
                self._fail(Failure(seen.path, seen.reason, seen.detail))
            elif self._is_changed(seen):
                changed += 1
            elif seen.path in self.failed:
                self.tally.fail_again(self.failed[seen.path])
            else:
                self.tally.count("unchanged")
        self.vanished = vanished(unseen)
        return changed

    def _is_changed(self, found: Found) -> bool:
        again = found.path in self.failed and self.options.retry_failed
        return again or self.known.get(found.path) != found.stamp

    # what is made

    def fill(self, pool: Pool, changed: int) -> None:
        """All that is new, then all that the library's own pictures lack, then what was too much at once."""
        for jobs in (self._new(changed), self._lacking(), self._vectors_alone()):
            for job, reply in pool.run(jobs, size_of):
                if isinstance(job, Job):
                    self._settle(job, reply)
                self._commit_when_due()
            self._commit()
        self.tally.failures += read_facts(
            self.store, pool, self.sidecars, self.supply.roots, self.vanished.paths, self.options, self._tell
        )

    def _new(self, count: int) -> Iterator[Job]:
        """Jobs for the changed files whose bytes are new; the others are settled without a worker."""
        self._expect(count)
        if count == 0:
            return
        changed = (seen for seen in self.supply.seen() if isinstance(seen, Found) and self._is_changed(seen))
        for loaded in ahead(self.supply.read, self.options.until_stopped(changed), threads=2):
            if isinstance(loaded, Failure):
                self._fail(loaded)
            elif not self._is_settled(loaded):
                self.waiting[loaded.sha256] = [loaded.file]
                yield Job(loaded, self.everything)
            elif wanted := self._lacks(loaded.sha256):
                yield Job(loaded, wanted)
            self._commit_when_due()

    def _lacking(self) -> Iterator[Job]:
        found = lacking(self.store, self.products)
        self._expect(len(found))
        return found.jobs(self.store, self.options)

    def _vectors_alone(self) -> Iterator[Job]:
        """Jobs for pictures that ended their worker when all was wanted: with its vectors alone each is still one."""
        files = [found for found, _ in self.again.values()]
        for (sha256, (found, why)), loaded in zip(
            list(self.again.items()),
            ahead(self.supply.read, self.options.until_stopped(files), threads=2),
            strict=False,
        ):
            if isinstance(loaded, Loaded) and loaded.sha256 == sha256:
                yield Job(loaded, self.vectors)
            else:
                self._give_up(sha256, found.path, why)

    def _is_known(self, loaded: Loaded) -> bool:
        """Whether it is in the library as it is: of what has no file, only its bytes tell."""
        return loaded.path not in self.failed and self.known.get(loaded.path) == loaded.stamp

    def _is_settled(self, loaded: Loaded) -> bool:
        """Whether these bytes are known, known to fail, or with a worker now; then the file joins them."""
        sha256 = loaded.sha256
        if self._is_known(loaded):
            self.tally.count("unchanged")
            return True
        if sha256 in self.waiting:
            self.waiting[sha256].append(loaded.file)
            return True
        failure = self._known_failure(sha256)
        if failure is not None:
            self._fail(replace(failure, path=loaded.path, stamp=loaded.stamp))
            return True
        if sha256 in self.batch.contents or self.store.contents([sha256]):
            self._put(loaded.file)
            return True
        return False

    def _lacks(self, sha256: str) -> tuple[int, ...]:
        """Products that a content of the store lacks and that nothing but these bytes can give: no file holds them."""
        known = self.store.contents([sha256]) if isinstance(self.supply, Given) else {}
        return tuple(number for id, _ in known.values() for number in self.everything if id in self._missing[number])

    @cached_property
    def _missing(self) -> list[set[int]]:
        return [set(self.store.missing(product.space).tolist()) for product in self.products]

    def _known_failure(self, sha256: str) -> Failure | None:
        if self.options.retry_failed or not self.has_failures:
            return None
        return self.store.failed_contents([sha256]).get(sha256)

    # what came of it

    def _settle(self, job: Job, reply: Reply | BadPicture) -> None:
        loaded = job.loaded
        if isinstance(reply, BadPicture):
            if reply.reason in TOO_MUCH and set(job.wanted) - set(self.vectors):
                self.again[loaded.sha256] = Found(loaded.path, loaded.stamp), reply
            else:
                self._give_up(loaded.sha256, loaded.path, reply)
            return
        made = made_of(job, reply)
        rows = {self.products[number]: row for number, row in made.rows.items()}
        products = {number: self.products[number] for number in made.further}
        further = {each: made.further[number] for number, each in products.items() if isinstance(each, VectorOf)}
        self.batch.add(made.content, rows, Frames(made.frames, further), made.said)
        _, too_much = self.again.pop(loaded.sha256, (None, None))
        for why in (*made.failed.values(), *([too_much] if too_much else [])):
            self._lack(loaded.path, why)
        for file in self.waiting.pop(loaded.sha256, []):
            self._put(file)

    def _give_up(self, sha256: str, path: str, why: BadPicture) -> None:
        """New files with these bytes give no picture; a picture of the library goes without what it lacks."""
        self.again.pop(sha256, None)
        files = self.waiting.pop(sha256, [])
        for file in files:
            self._fail(Failure(file.path, why.reason, why.detail, file.stamp, file.sha256))
        if not files:
            self._lack(path, why)

    def _put(self, file: File) -> None:
        if file.path in self.known and file.path not in self.failed:
            self.tally.count("updated")
        elif self.vanished.origin_of(self.store, file.sha256):
            self.tally.count("moved")
        else:
            self.tally.count("added")
        self.batch.add_file(file)

    def _fail(self, failure: Failure) -> None:
        """Notes the failure of a file, which gives no picture."""
        self.vanished.origin_of_failure(self.failed.values(), failure)
        self.tally.fail(failure)
        self.batch.add_failure(failure)
        self.has_failures = True

    def _lack(self, path: str, why: BadPicture) -> None:
        """Notes the lack of something that was wanted of a picture, which is no less a picture for that."""
        self.tally.failures.append(Failure(path, why.reason, why.detail))

    # what is gone

    def drop_vanished(self) -> tuple[int, Counter[str]]:
        """How many files were dropped, and by folder how many are kept, since with them most of it is gone."""
        if self.options.should_stop():  # a file not yet met may be where one of these went
            return 0, Counter()
        doubtful = (
            {}
            if self.options.drop
            else self.vanished.doubtful(self.known, self.supply.roots) | self.vanished.below(self.options.away())
        )
        with self.store.transaction():
            self.store.drop_records(sorted(self.vanished.paths - doubtful.keys()))
        return len(self.vanished.paths - doubtful.keys() - self.vanished.found_again), Counter(doubtful.values())

    # commits

    def _expect(self, more: int) -> None:
        self.progress = replace(self.progress, total=self.progress.total + more)

    def _tell(self, read: int) -> None:
        """Files more of which only the facts were read."""
        self.progress = replace(
            self.progress, total=self.progress.total + read, committed=self.progress.committed + read
        )
        self.options.on_commit(self.progress)

    def _commit_when_due(self) -> None:
        if self.batch.is_due(COMMIT_FILES, COMMIT_SECONDS):
            self._commit()

    def _commit(self) -> None:
        if len(self.batch) == 0:
            return
        self.batch.commit(self.store)
        self.progress = replace(
            self.progress, committed=self.progress.committed + len(self.batch), failed=len(self.tally.failures)
        )
        self.batch = Batch()
        self.options.on_commit(self.progress)
