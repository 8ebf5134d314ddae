"""A library copied into another place or another kind of store, with every row as it is; goes on where it stopped.

Contents get new ids in the order of the old ones, by which ties are broken: the copy answers as the original does.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.location import Location
from lookalike.protocols import Store
from lookalike.search.ingest.options import Options, Progress
from lookalike.store import create_store, open_store
from lookalike.store.removal import removed_if_refused
from lookalike.types import SPACE_KINDS, Ids, Record, Space

T = TypeVar("T")
AT_ONCE: Final = 256
"""Pictures in one commit."""


@dataclass(frozen=True)
class Copied:
    """Files of the library, how many of them were new to the copy, and rows that were; whether it is all there.

    `changed`: the original was written to meanwhile. Another run brings what is missing.
    """

    files: int
    added: int
    rows: int
    changed: bool
    interrupted: bool
    seconds: float


def copy_library(source: Location, target: Location, options: Options) -> Copied:
    """Makes the library at `target` one of the same pictures, labels, vectors, proofs and calibrations.

    Raises `BadQuery` where the target holds pictures that the source does not, and `LibraryMissing`, `LibraryBusy`.
    """
    if str(source.absolute()) == str(target.absolute()):
        raise BadQuery(f"{str(source)!r} cannot be copied into itself: name another place")
    with (
        closing(open_store(source, write=False)) as original,
        removed_if_refused(target),
        closing(create_store(target)) as made,
        made.writing(),
    ):
        return _Copying(original, made, options).run()


class _Copying:
    """One run. Every step leaves alone what the target has."""

    def __init__(self, source: Store, target: Store, options: Options) -> None:
        self._source = source
        self._target = target
        self._options = options
        self._spaces = [(kind, space) for kind in SPACE_KINDS for space in source.spaces(kind)]
        self._files = source.count()
        self._total = self._files + sum(len(source.vector_ids(space)) for _, space in self._spaces)
        self._done = 0
        self._rows = 0
        self._old: Ids = np.empty(0, np.int64)
        """Ascending, of contents of the source that were copied."""
        self._new: Ids = np.empty(0, np.int64)
        """Counterparts of these, in the target."""

    def run(self) -> Copied:
        started, before = time.monotonic(), self._generation()
        self._check()
        added = self._records()
        if not self._options.should_stop():
            self._facts()
            self._words_of_people()
        for kind, space in self._spaces:
            with self._target.transaction():
                self._target.add_space(space, self._source.configuration(space), kind)
            self._local(space) if kind == "local" else self._vectors(space)
        if not self._options.should_stop():
            self._proofs()
        changed, stopped = self._generation() != before, self._options.should_stop()
        return Copied(self._files, added, self._rows, changed, stopped, time.monotonic() - started)

    def _generation(self) -> int:
        return self._source.generation(self._spaces[0][1]) if self._spaces else 0

    def _check(self) -> None:
        """Raises `BadQuery` where the target is of other pictures."""
        for batch in _batches(self._target.records()):
            known = self._source.contents({record.content.sha256 for record in batch})
            for record in batch:
                if record.content.sha256 not in known:
                    raise BadQuery(
                        f"the library to copy into holds {record.path!r}, which the one to copy does not: "
                        "copy into a new place",
                        path=record.path,
                    )

    def _records(self) -> int:
        """Files with their contents, by id; how many were new."""
        added, pairs = 0, [np.empty((0, 2), np.int64)]
        for batch in self._options.until_stopped(_batches(self._source.records())):
            there = self._there(batch)
            rows = [record for record in batch if there.get(record.path) != (record.stamp, record.content.sha256)]
            with self._target.transaction():
                ids = self._target.put_contents([record.content for record in batch])
                self._target.put_records([(row.path, row.stamp, row.content.sha256) for row in rows])
            pairs.append(np.stack([[record.id for record in batch], ids], axis=1))
            added += len(rows)
            self._tell(len(batch))
        self._old, self._new = np.unique(np.concatenate(pairs), axis=0).T
        with self._target.transaction():
            there_failed = set(self._target.failures())
            self._target.put_failures([each for each in self._source.failures() if each not in there_failed])
        return added

    def _there(self, batch: list[Record]) -> dict[str, tuple[object, str]]:
        known = self._target.contents({record.content.sha256 for record in batch})
        ids = np.array(sorted(id for id, _ in known.values()), np.int64)
        return {record.path: (record.stamp, record.content.sha256) for record in self._target.records(ids)}

    def _facts(self) -> None:
        for batch in _batches(self._source.facts.of_contents()):
            known = self._target.contents({sha256 for sha256, _, _ in batch})
            with self._target.transaction():
                self._target.facts.put({sha256: (facts, at) for sha256, facts, at in batch if sha256 in known})
        for beside in _batches(self._source.facts.of_sidecars()):
            with self._target.transaction():
                self._target.facts.put_sidecars({path: (stamp, facts) for path, stamp, facts in beside})

    def _words_of_people(self) -> None:
        """Labels, objects, judgements, profiles, and what was learned of scores."""
        with self._target.transaction():
            self._target.labels.add(self._source.labels.all())
            self._target.objects.put(self._source.objects.all())
            self._target.lessons.judge(self._source.lessons.judgements())
            for name, text in self._source.lessons.profiles().items():
                self._target.lessons.put_profile(name, text)
            for key, text in self._source.calibrations().items():
                self._target.put_calibration(key, text)

    def _wanted(self, space: Space) -> Ids:
        """Ids in the source of contents whose rows the target lacks."""
        new = self._target.missing(space)
        old = np.intersect1d(self._old[np.isin(self._new, new)], self._source.vector_ids(space))
        self._tell(len(self._source.vector_ids(space)) - len(old))
        return old

    def _vectors(self, space: Space) -> None:
        wanted = self._wanted(space)
        for ids, vectors in self._options.until_stopped(self._source.vectors(space, wanted, batch=AT_ONCE)):
            with self._target.transaction():
                self._target.put(space, self._renumbered(ids), vectors)
            self._put(len(ids))
        for owners, numbers, vectors in self._options.until_stopped(self._source.frames(space)):
            self._frames(space, owners, numbers, vectors)

    def _frames(self, space: Space, owners: Ids, numbers: NDArray[np.int64], vectors: NDArray[np.generic]) -> None:
        with self._target.transaction():
            for owner in np.intersect1d(owners, self._old):
                of = owners == owner
                (id,) = self._renumbered(np.array([owner]))
                self._target.put_frames(space, int(id), numbers[of].tolist(), vectors[of])

    def _local(self, space: Space) -> None:
        wanted = self._wanted(space)
        for batch in self._options.until_stopped(_batches(self._source.packed(space, wanted))):
            ids = self._renumbered(np.array([id for id, _ in batch], np.int64))
            with self._target.transaction():
                self._target.put_local(space, dict(zip(ids.tolist(), (row for _, row in batch), strict=True)))
            self._put(len(batch))

    def _proofs(self) -> None:
        """Relations that geometry found of pairs."""
        for judge in self._source.judges():
            compared = np.intersect1d(self._source.compared(judge), self._old)
            known = set(self._old.tolist())
            pairs = [pair for pair in self._source.relations(judge) if {pair.a, pair.b} <= known]
            ends = self._renumbered(np.array([(pair.a, pair.b) for pair in pairs], np.int64).reshape(-1, 2))
            moved = [replace(pair, a=int(a), b=int(b)) for pair, (a, b) in zip(pairs, ends, strict=True)]
            with self._target.transaction():
                self._target.put_relations(judge, self._renumbered(compared), moved)

    def _renumbered(self, ids: Ids) -> Ids:
        return self._new[np.searchsorted(self._old, ids)]

    def _put(self, count: int) -> None:
        self._rows += count
        self._tell(count)

    def _tell(self, count: int) -> None:
        self._done += count
        self._options.on_commit(Progress(self._total, self._done, 0, "rows"))


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    coming = iter(items)
    while batch := list(islice(coming, AT_ONCE)):
        yield batch
