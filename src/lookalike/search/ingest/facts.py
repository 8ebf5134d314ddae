"""Facts of pictures that are in the library: of files that no version read for them, and of sidecars beside them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lookalike.errors import BadPicture
from lookalike.facts import UNKNOWN, Facts, Place
from lookalike.pixels.metadata import MOST_SIDECAR_BYTES
from lookalike.pixels.metadata.blocks import begins_with_its_facts
from lookalike.pixels.worker_protocol import Reply
from lookalike.protocols import Store
from lookalike.search.ingest.options import COMMIT_FILES, Options
from lookalike.search.ingest.pool import Pool
from lookalike.search.ingest.read import Loaded, load
from lookalike.search.ingest.reread import one_file_each
from lookalike.search.ingest.scan import Found, Skipped, stamp_of
from lookalike.search.ingest.worker import FactsJob, said_in
from lookalike.types import Failure, Record, Stamp

ENDING: Final = ".xmp"
_HEADS: Final = (2**16, 2**19)
"""Bytes of a JPEG among which its facts are, of most, and of all but a few."""

HOPELESS: Final = frozenset({"too_large", "unsupported"})
"""Reasons for which a sidecar is not read again until it changes."""


@dataclass
class Sidecars:
    """Paths of the .xmp files that a scan met, by the path without that ending."""

    paths: dict[str, str] = field(default_factory=dict)

    def note(self, skipped: Skipped) -> None:
        """Remembers it, where it is a sidecar."""
        if skipped.rule == "name" and skipped.path.lower().endswith(ENDING):
            self.paths[skipped.path[: -len(ENDING)]] = skipped.path

    def of(self, picture: str) -> str | None:
        """The sidecar of the picture at this path: a.jpg.xmp, or else a.xmp."""
        return self.paths.get(picture) or self.paths.get(os.path.splitext(picture)[0])  # noqa: PTH122  any bytes


def read_facts(
    store: Store,
    pool: Pool,
    sidecars: Sidecars,
    roots: Sequence[str],
    vanished: Collection[str],
    options: Options,
    tell: Callable[[int], object],
) -> list[Failure]:
    """Reads what is new of facts; the sidecars that cannot be read, each told once.

    `tell` is told of each commit how many files were read. Of pictures that `vanished` what their sidecars said stays:
    their drive may be away.
    """
    _read_files(store, pool, options, tell)
    there = [path for path in store.stamps(roots) if path not in vanished]
    return _read_sidecars(store, pool, {path: sidecars.of(path) for path in there}, roots, options)


def _read_files(store: Store, pool: Pool, options: Options, tell: Callable[[int], object]) -> None:
    """Facts of contents that an older version indexed, from their files as far as they are as they were."""
    missing = store.facts.missing()
    for start in range(0, len(missing), COMMIT_FILES):
        records = one_file_each(store, missing[start : start + COMMIT_FILES])
        found: dict[str, tuple[Facts, Place | None]] = {}
        for job, reply in pool.run(_file_jobs(options.until_stopped(records), options)):
            if isinstance(job, FactsJob):
                found[job.key] = (UNKNOWN, None) if isinstance(reply, BadPicture) else said_in(reply)
        if found:
            with store.transaction():
                store.facts.put(found)
            tell(len(found))


def _file_jobs(records: Iterator[Record], options: Options) -> Iterator[FactsJob]:
    for record in records:
        data = _beginning(record) or _whole(record, options.limits.bytes)
        if data is not None:
            yield FactsJob(record.content.sha256, data, record.content.format)


def _beginning(record: Record) -> bytes | None:
    """As much of a JPEG as holds its facts; None of other files, and where it is not as it was."""
    if record.content.format != "jpeg":
        return None
    data = b""
    try:
        with open(record.path, "rb", buffering=0) as file:
            for size in _HEADS if stamp_of(os.fstat(file.fileno())) == record.stamp else ():
                data += file.read(size - len(data))
                if begins_with_its_facts(data):
                    return data
    except OSError:
        pass
    return None


def _whole(record: Record, most: int) -> bytes | None:
    loaded = load(Found(record.path, record.stamp), most)
    return loaded.data if isinstance(loaded, Loaded) and loaded.sha256 == record.content.sha256 else None


def _read_sidecars(
    store: Store, pool: Pool, sidecars: Mapping[str, str | None], roots: Sequence[str], options: Options
) -> list[Failure]:
    """Facts of the sidecar of each of these pictures, None where it has none any more."""
    known = store.facts.sidecars(roots)
    wanted = {path: sidecar for path, sidecar in sidecars.items() if sidecar is not None}
    gone = sorted(known.keys() & {path for path, sidecar in sidecars.items() if sidecar is None})
    stamps = {path: stamp for path, sidecar in wanted.items() if (stamp := _stamp(sidecar))}
    changed = {path: stamp for path, stamp in stamps.items() if known.get(path) != stamp}
    failures: list[Failure] = []
    found: dict[str, tuple[Stamp, Facts]] = {}
    for job, reply in pool.run(options.until_stopped(_sidecar_jobs(changed, wanted, failures))):
        if isinstance(job, FactsJob):
            facts = _facts_in(reply)
            found[job.key] = changed[job.key], facts or UNKNOWN
            if facts is None:
                failures.append(Failure(wanted[job.key], "unsupported", "it holds no XMP that can be read"))
    hopeless = {failure.path for failure in failures if failure.reason in HOPELESS}
    found |= {path: (stamp, UNKNOWN) for path, stamp in changed.items() if wanted[path] in hopeless}
    if found or gone:
        with store.transaction():
            store.facts.put_sidecars(found)
            store.facts.drop_sidecars(gone)
    return failures


def _sidecar_jobs(
    changed: Mapping[str, Stamp], sidecars: Mapping[str, str], failures: list[Failure]
) -> Iterator[FactsJob]:
    """A job for each; those that cannot be read are added to `failures`."""
    for path, stamp in changed.items():
        loaded = load(Found(sidecars[path], stamp), MOST_SIDECAR_BYTES)
        if isinstance(loaded, Loaded):
            yield FactsJob(path, loaded.data, None)
        else:
            failures.append(loaded)


def _facts_in(reply: Reply | BadPicture) -> Facts | None:
    return None if isinstance(reply, BadPicture) or "facts" not in reply.data else said_in(reply)[0]


def _stamp(path: str) -> Stamp | None:
    """None of what is no file."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    return stamp_of(status) if stat.S_ISREG(status.st_mode) else None
