"""A store that forgets everything when it is closed: the double of tests, and the contract in its plainest words."""

from __future__ import annotations

import copy
import os
from collections.abc import Collection, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LibraryMissing
from lookalike.facts import Facts, Label, Place
from lookalike.keepers import FactKeeper, LabelKeeper, LessonKeeper, Listed, ObjectKeeper, WordKeeper
from lookalike.location import Location, LocationLike
from lookalike.store.matching import matches
from lookalike.store.memory_keepers import MemoryFacts, MemoryLabels, MemoryLessons, MemoryObjects, is_below
from lookalike.store.packing import Packed, as_kept
from lookalike.store.plain_words import PlainWords
from lookalike.store.rows import check_vectors, local_of, stranger, unknown
from lookalike.store.where import parse
from lookalike.types import (
    Content,
    Failure,
    Ids,
    LocalFeatures,
    Record,
    Space,
    SpaceKind,
    Stamp,
    Vectors,
    VerifiedPair,
)


@dataclass
class State:
    """All that it holds."""

    contents: dict[int, Content] = field(default_factory=dict)
    records: dict[str, tuple[Stamp, int]] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    spaces: dict[Space, tuple[SpaceKind, str]] = field(default_factory=dict)
    vectors: dict[Space, dict[int, Vectors]] = field(default_factory=dict)
    frames: dict[Space, dict[tuple[int, int], Vectors]] = field(default_factory=dict)
    local: dict[Space, dict[int, bytes]] = field(default_factory=dict)
    compared: dict[str, set[int]] = field(default_factory=dict)
    relations: dict[str, dict[tuple[int, int], VerifiedPair]] = field(default_factory=dict)
    calibrations: dict[str, str] = field(default_factory=dict)
    facts: dict[str, tuple[Facts, Place | None]] = field(default_factory=dict)
    sidecars: dict[str, tuple[Stamp, Facts]] = field(default_factory=dict)
    labels: dict[str, set[Label]] = field(default_factory=dict)
    judgements: dict[tuple[str, str], bool] = field(default_factory=dict)
    profiles: dict[str, str] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    next_id: int = 1
    generation: int = 0


class MemoryStore:
    """`Store` on dicts."""

    def __init__(self) -> None:
        self.state = State()
        self.facts: FactKeeper = MemoryFacts(self)
        self.labels: LabelKeeper = MemoryLabels(self)
        self.lessons: LessonKeeper = MemoryLessons(self)
        self.objects: ObjectKeeper = MemoryObjects(self)
        self.words: WordKeeper = PlainWords(self.records)
        self._writing = False
        self._open = False
        self._changed = False

    @classmethod
    def create(cls, at: LocationLike) -> MemoryStore:  # noqa: ARG003  it leaves nothing there
        """An empty one."""
        return cls()

    @classmethod
    def open(cls, at: LocationLike, *, write: bool = True) -> MemoryStore:  # noqa: ARG003  it left nothing there
        """There is none to open: it ends with who made it."""
        raise LibraryMissing(f"there is no library in {str(at)!r}: one in memory ends when it is closed")

    @classmethod
    def is_there(cls, at: Location) -> bool:  # noqa: ARG003
        """Never before it is made."""
        return False

    @classmethod
    def remove_if_empty(cls, at: Location) -> None:
        """It leaves nothing."""

    def stamps(self, under: Sequence[str]) -> dict[str, Stamp]:
        """Stamp of every known file, failed ones included, that is one of these paths or lies below one."""
        known = {path: stamp for path, (stamp, _) in self.state.records.items()}
        known |= {path: failure.stamp for path, failure in self.state.failures.items() if failure.stamp}
        return {path: stamp for path, stamp in known.items() if is_below(path, under)}

    def put_records(self, rows: Sequence[tuple[str, Stamp, str]]) -> None:
        """Adds or replaces (path, stamp, sha256 of a known content); clears a failure of the path."""
        self.change(rows)
        for path, stamp, sha256 in rows:
            known = self.contents([sha256])
            if not known:
                raise stranger()
            self.state.failures.pop(path, None)
            self._carry(path, sha256)
            self.state.records[path] = (stamp, known[sha256][0])

    def _carry(self, path: str, sha256: str) -> None:
        before = self.labels.contents_at([path]).get(path, sha256)
        facts = {label.name for label in self.labels.of(sha256) if label.value}
        taken = {label for label in self.labels.of(before) if not (label.value and label.name in facts)}
        self.state.labels.setdefault(sha256, set()).update(taken)
        if before in self.state.objects:
            self.state.objects.setdefault(sha256, self.state.objects[before])

    def drop_records(self, paths: Sequence[str]) -> None:
        """Drops files and failures of these paths. Contents and vectors stay until `compact`."""
        self.change(paths)
        for path in paths:
            self.state.failures.pop(path, None)
            self.state.records.pop(path, None)

    def records(self, ids: Ids | None = None, where: str | None = None) -> Iterator[Record]:
        """By id, then path."""
        wanted = None if ids is None else set(ids.tolist())
        filter = None if where is None else parse(where)
        for path, (stamp, id) in sorted(self.state.records.items(), key=lambda row: (row[1][1], os.fsencode(row[0]))):
            record = self._record(path, stamp, id)
            if (wanted is None or id in wanted) and (filter is None or matches(filter, record)):
                yield record

    def _record(self, path: str, stamp: Stamp, id: int) -> Record:
        content = self.state.contents[id]
        inside, _ = self.state.facts.get(content.sha256, (Facts(), None))
        _, beside = self.state.sidecars.get(path, (None, Facts()))
        facts = beside.over(Facts(taken=content.taken)).over(inside)
        labels, object = self.labels.of(content.sha256), self.state.objects.get(content.sha256, "")
        return Record(path, stamp, content, id, labels, facts, object)

    def listed(self, where: str | None = None) -> list[Listed]:
        """By id, then path."""
        return [Listed(each.path, each.id, each.content.size) for each in self.records(where=where)]

    def count(self) -> int:
        """Number of records."""
        return len(self.state.records)

    def count_contents(self) -> int:
        """Number of contents that have a record."""
        return len({content for _, content in self.state.records.values()})

    def put_contents(self, contents: Sequence[Content]) -> Ids:
        """Adds what is new; ids in the order given."""
        self.change(contents)
        for content in contents:
            known = self.contents([content.sha256]).get(content.sha256)
            if known is None:
                self.state.contents[self.state.next_id] = content
                self.state.next_id += 1
            elif known[1].frames is None:
                self.state.contents[known[0]] = replace(known[1], frames=content.frames)
        return np.array([self.contents([content.sha256])[content.sha256][0] for content in contents], np.int64)

    def contents(self, sha256s: Collection[str]) -> dict[str, tuple[int, Content]]:
        """Contents that are known, with their ids."""
        return {c.sha256: (id, c) for id, c in self.state.contents.items() if c.sha256 in sha256s}

    def ids(self, where: str | None = None) -> Ids:
        """Ascending ids of contents that have a record (which passes `where`)."""
        return np.array(sorted({record.id for record in self.records(where=where)}), np.int64)

    def spaces(self, kind: SpaceKind = "vectors") -> list[Space]:
        """Spaces of that kind, in the order in which they were added."""
        return [space for space, (held, _) in self.state.spaces.items() if held == kind]

    def configuration(self, space: Space) -> str:
        """The JSON of the component that `add_space` was given."""
        self._of(space)
        return self.state.spaces[space][1]

    def add_space(self, space: Space, configuration: str, kind: SpaceKind = "vectors") -> None:
        """No effect when it is there already."""
        self.change([space])
        self.state.spaces.setdefault(space, (kind, configuration))
        if kind == "local":
            self.state.local.setdefault(space, {})
        else:
            self.state.vectors.setdefault(space, {})

    def drop_space(self, space: Space) -> None:
        """With all its vectors or local features."""
        self.change([space])
        self._of(space)
        for rows in (self.state.spaces, self.state.vectors, self.state.frames, self.state.local):
            rows.pop(space, None)

    def missing(self, space: Space) -> Ids:
        """Ascending ids of contents with a record and without a vector, or local features, there."""
        return np.setdiff1d(self.ids(), np.array(list(self._of(space)), np.int64))

    def put(self, space: Space, ids: Ids, vectors: Vectors) -> None:
        """Adds or replaces rows of known contents."""
        check_vectors(space, ids, vectors)
        self.change(ids)
        if not self.state.contents.keys() >= set(ids.tolist()):
            raise stranger()
        self._vectors(space).update((id, row.copy()) for id, row in zip(ids.tolist(), vectors, strict=True))

    def put_frames(self, space: Space, id: int, numbers: Sequence[int], vectors: Vectors) -> None:
        """Adds or replaces rows of further frames of a known content, by their numbers from 0."""
        check_vectors(space, np.asarray(numbers, np.int64), vectors)
        self.change(numbers)
        self._of(space)
        if id not in self.state.contents:
            raise stranger()
        rows = self.state.frames.setdefault(space, {})
        rows.update(((id, number), row.copy()) for number, row in zip(numbers, vectors, strict=True))

    def frames(self, space: Space, *, batch: int = 4096) -> Iterator[tuple[Ids, NDArray[np.int64], Vectors]]:
        """Batches of further frames of contents with a record: ids, numbers from 0, rows; by id, then number."""
        self._of(space)
        there = set(self.ids().tolist())
        rows = [(key, row) for key, row in sorted(self.state.frames.get(space, {}).items()) if key[0] in there]
        for start in range(0, len(rows), batch):
            keys, vectors = zip(*rows[start : start + batch], strict=True)
            ids, numbers = np.array(keys, np.int64).T
            yield ids, numbers, np.asarray(vectors, space.dtype)

    def put_local(self, space: Space, features: Mapping[int, LocalFeatures | Packed]) -> None:
        """Adds or replaces the local features of known contents, as `store.packing` keeps them, packed or not."""
        self.change(features)
        self._of(space)
        if not self.state.contents.keys() >= features.keys():
            raise stranger()
        self.state.local[space].update({id: as_kept(each, space) for id, each in features.items()})

    def local(self, space: Space, ids: Ids | None = None) -> Iterator[tuple[int, LocalFeatures]]:
        """By ascending id; with `ids`, of those of them that have some."""
        self._of(space)
        for id, row in sorted(self.state.local[space].items()):
            if ids is None or id in ids:
                yield id, local_of(space, id, row)

    def packed(self, space: Space, ids: Ids | None = None) -> Iterator[tuple[int, Packed]]:
        """As `local`, in the bytes that are kept and that `put_local` takes."""
        self._of(space)
        return ((id, row) for id, row in sorted(self.state.local[space].items()) if ids is None or id in ids)

    def vectors(self, space: Space, ids: Ids | None = None, *, batch: int = 512) -> Iterator[tuple[Ids, Vectors]]:
        """Batches of rows, by ascending id; with `ids`, those of them that have a vector."""
        rows = self._vectors(space)
        wanted = sorted(rows) if ids is None else sorted(set(ids.tolist()) & set(rows))
        for start in range(0, len(wanted), batch):
            chosen = wanted[start : start + batch]
            yield np.array(chosen, np.int64), np.asarray([rows[id] for id in chosen], space.dtype)

    def vector_ids(self, space: Space) -> Ids:
        """Ascending ids of contents with a record and a vector, or local features, there: what an index should hold."""
        return np.intersect1d(self.ids(), np.array(list(self._of(space)), np.int64))

    def generation(self, space: Space) -> int:  # noqa: ARG002  one counter serves all spaces
        """Grows with every change that an index of the space must follow, changes of records included."""
        return self.state.generation

    def put_failures(self, failures: Sequence[Failure]) -> None:
        """Remembers them, one a path; drops the path's record."""
        self.drop_records([failure.path for failure in failures])
        self.state.failures.update((failure.path, failure) for failure in failures)

    def failures(self, under: Sequence[str] | None = None) -> list[Failure]:
        """By path; with `under`, of files that are one of these paths or lie below one."""
        known = self.state.failures
        return [known[path] for path in sorted(known, key=os.fsencode) if under is None or is_below(path, under)]

    def failed_contents(self, sha256s: Collection[str]) -> dict[str, Failure]:
        """By sha256, of those bytes that are known to give no picture, any failure that says so."""
        return {f.sha256: f for f in self.state.failures.values() if f.sha256 is not None and f.sha256 in sha256s}

    def put_calibration(self, key: str, text: str) -> None:
        """Adds or replaces it; no index need follow."""
        self.change(())
        self.state.calibrations[key] = text

    def calibration(self, key: str) -> str | None:
        """Text that was put under `key`, or None."""
        return self.state.calibrations.get(key)

    def calibrations(self) -> dict[str, str]:
        """Every text, by its key."""
        return dict(sorted(self.state.calibrations.items()))

    def put_relations(self, judge: str, compared: Ids, relations: Sequence[VerifiedPair]) -> None:
        """Notes that `judge` compared these contents with all others, and what it found; no index need follow."""
        self.change(())
        known = self.state.contents.keys()
        if not known >= {*compared.tolist(), *(id for each in relations for id in (each.a, each.b))}:
            raise stranger()
        self.state.compared.setdefault(judge, set()).update(compared.tolist())
        self.state.relations.setdefault(judge, {}).update({(each.a, each.b): each for each in relations})

    def judges(self) -> list[str]:
        """Who compared something, by name."""
        return sorted({*self.state.compared, *self.state.relations})

    def compared(self, judge: str) -> Ids:
        """Ascending ids of contents with a record that `judge` compared with all others there were."""
        return np.intersect1d(self.ids(), np.array(sorted(self.state.compared.get(judge, ())), np.int64))

    def relations(self, judge: str) -> list[VerifiedPair]:
        """Pairs that `judge` found, by a, then b."""
        return [each for _, each in sorted(self.state.relations.get(judge, {}).items())]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commits on leaving, takes everything back on an error. Only inside `writing()`."""
        if not self._writing:
            raise RuntimeError("a transaction needs the writer's lock: use it inside `with store.writing()`")
        if self._open:
            raise RuntimeError("a transaction is open already: one at a time")
        before, self._open, self._changed = copy.deepcopy(self.state), True, False
        try:
            yield
            self.state.generation += self._changed
        except BaseException:
            self.state = before
            raise
        finally:
            self._open = False

    @contextmanager
    def writing(self, *, together: bool = False) -> Iterator[None]:  # noqa: ARG002  it is alone
        """There is no other writer."""
        if self._writing:
            raise RuntimeError("this store holds the writer's lock already")
        self._writing = True
        try:
            yield
        finally:
            self._writing = False

    def bytes(self) -> int:
        """Bytes of the vectors."""
        return sum(row.nbytes for rows in self.state.vectors.values() for row in rows.values())

    def problems(self) -> list[str]:
        """None."""
        return []

    def remove_damaged(self) -> list[str]:
        """There are none."""
        with self.transaction():
            return []

    def compact(self) -> None:
        """Drops contents without a record, and all that is known of them."""
        with self.transaction():
            used = set(self.ids().tolist())
            self.state.contents = {id: content for id, content in self.state.contents.items() if id in used}
            kept: tuple[dict[int, Any], ...] = (*self.state.vectors.values(), *self.state.local.values())
            for rows in kept:
                for id in set(rows) - used:
                    del rows[id]
            for frames in self.state.frames.values():
                for key in [key for key in frames if key[0] not in used]:
                    del frames[key]
            there = {content.sha256 for content in self.state.contents.values()}
            self.state.facts = {sha256: facts for sha256, facts in self.state.facts.items() if sha256 in there}
            kept_paths = self.state.records.keys() & self.state.sidecars.keys()
            self.state.sidecars = {path: self.state.sidecars[path] for path in kept_paths}
            for ids in self.state.compared.values():
                ids &= used
            for found in self.state.relations.values():
                for pair in [pair for pair in found if not used.issuperset(pair)]:
                    del found[pair]

    def close(self) -> None:
        """Nothing to let go of."""

    def change(self, rows: Sized) -> None:
        """Notes a change of rows, which only a transaction may make; of no rows: one that no index follows."""
        if not self._open:
            raise RuntimeError("writing needs a transaction: use it inside `with store.transaction()`")
        self._changed = self._changed or len(rows) > 0

    def _of(self, space: Space) -> Mapping[int, object]:
        """Its rows, whichever they are."""
        return self.state.local[space] if space in self.state.local else self._vectors(space)

    def _vectors(self, space: Space) -> dict[int, Vectors]:
        if space not in self.state.vectors:
            raise unknown(space, self.spaces())
        return self.state.vectors[space]
