"""The second pass of an index run: local features of every picture that has none, in isolated workers, resumable."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from lookalike.errors import BadPicture, BadQuery, LookalikeError
from lookalike.local import EXTRACTORS
from lookalike.local.compact import packed_array
from lookalike.pixels.decode import decode
from lookalike.pixels.isolate import Isolated
from lookalike.pixels.limits import Limits
from lookalike.pixels.wire import Reply
from lookalike.protocols import Extractor, Store
from lookalike.registry import configuration
from lookalike.search.again import one_file_each, read_again
from lookalike.search.ingest import COMMIT_FILES, COMMIT_SECONDS, IndexReport, Options, Progress
from lookalike.search.reading import Loaded
from lookalike.search.relate import DEFAULT_EXTRACTOR
from lookalike.types import Failure, Ids, Packed

T = TypeVar("T")


@dataclass(frozen=True)
class ExtractBytes:
    """Makes the handler of a worker: the bytes of a file in, its local features, packed, out."""

    extractor: Extractor
    limits: Limits

    def __call__(self) -> Callable[[Loaded], Reply]:
        return self._extract

    def _extract(self, loaded: Loaded) -> Reply:
        picture = decode(loaded.data, min_side=self.extractor.min_side, limits=self.limits).picture
        return Reply({}, (packed_array(self.extractor.extract(picture)),))


def extractor_of(store: Store) -> Extractor | None:
    """Of the local features that this program can still fill and ask, the first; None where the library keeps none."""
    for space in store.local_spaces():
        try:
            extractor = EXTRACTORS.restore(store.configuration(space))
        except LookalikeError:  # of a package that is not installed here, or of fields that are no more
            continue
        if extractor.space == space:
            return extractor
    return None


def keep_places(store: Store, keep: bool | None, named: Extractor | None = None) -> None:
    """Has the library keep local features, or drop them; None leaves it as it is, and begins with a new library.

    Those that are `named` take the place of all others.
    """
    if named is not None and keep is False:
        raise BadQuery("local features are named that the library is not to keep: leave out the one or the other")
    there = extractor_of(store)
    is_new = store.count() == 0 and not store.spaces()
    replaced = named is not None and named != there
    with store.transaction():
        if keep is False or replaced:
            for space in store.local_spaces():
                store.drop_space(space)
        if replaced or (there is None and (keep or (keep is None and is_new))):
            extractor = named or DEFAULT_EXTRACTOR
            store.add_local_space(extractor.space, configuration(extractor))


def fill_places(store: Store, report: IndexReport, options: Options) -> IndexReport:
    """`report` of the first pass, with what this one adds to it. The caller holds `store.writing()`."""
    extractor = extractor_of(store)
    if extractor is None or report.interrupted:
        return report
    missing = store.missing(extractor.space)
    if len(missing) == 0:
        return report
    started = time.monotonic()
    failures = _fill(store, extractor, missing, options)
    return replace(
        report,
        seconds=report.seconds + time.monotonic() - started,
        failures=tuple(sorted([*report.failures, *failures], key=lambda failure: failure.path)),
        interrupted=options.should_stop(),
    )


def _fill(store: Store, extractor: Extractor, missing: Ids, options: Options) -> list[Failure]:
    failures: list[Failure] = []
    progress = Progress(len(missing), 0, 0, "local features")
    ids: dict[str, int] = {}

    def jobs() -> Iterator[Loaded]:
        records = options.until_stopped(one_file_each(store, missing))
        for id, loaded in read_again(records, options.limits.bytes):
            ids[loaded.sha256] = id
            yield loaded

    with Isolated(ExtractBytes(extractor, options.limits), workers=options.workers, limits=options.limits) as pool:
        for batch in _batches(pool.run(jobs()), COMMIT_FILES, COMMIT_SECONDS):
            rows: dict[int, Packed] = {}
            for loaded, reply in batch:
                if isinstance(reply, BadPicture):
                    failures.append(Failure(loaded.path, reply.reason, reply.detail))
                else:
                    rows[ids.pop(loaded.sha256)] = reply.arrays[0].tobytes()
            with store.transaction():
                store.put_local(extractor.space, rows)
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
