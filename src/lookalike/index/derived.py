"""Index files: derived from a store, so that a missing, stale or damaged one costs time and never an answer."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import overload

import numpy as np

from lookalike.errors import UnknownName
from lookalike.index import INDEXES, SET_INDEXES
from lookalike.protocols import Index, IndexMaker, SetIndex, SetIndexMaker, Store
from lookalike.registry import Table
from lookalike.types import Ids, Space, Vectors

INDEX_FOLDER = "indexes"
"""Name of the folder of index files in a library."""
FORMAT = 1
APPROXIMATE_FROM = 20_000
"""Vectors; below, comparing every row costs a few ms at most."""
SAMPLE = 40_000
"""Vectors that an index is trained on."""
SET_SAMPLE = 1600
"""Pictures whose local features an index is trained on, the most."""
SET_SHARE = 4
"""One picture in so many is enough: with a word for 400 features, each is learned from about 100."""
SET_LEAST = 250
"""Pictures that it is trained on, the least."""
OUTGROWN = 4
"""Times as many pictures as when its words were learned, and an index of sets is built anew."""
BATCH = 256

log = logging.getLogger(__name__)


def kind_for(space: Space, n: int) -> str:
    """The kind of index for `n` vectors. Bits are quick to compare, and l1 has no other."""
    return "ivf" if n >= APPROXIMATE_FROM and space.metric in ("cosine", "l2") else "flat"


def set_kind_for(space: Space) -> str:
    """The kind of index for local features. Few bits are quick to compare one by one."""
    return "votes" if space.metric == "hamming" else "inverted"


@dataclass(frozen=True)
class Derived:
    """A folder with a file and a note for each space. A file counts only with a note that fits it."""

    folder: Path

    def load(self, space: Space) -> tuple[Index, int] | None:
        """The index and the generation of the store that it reflects, or None where there is none to trust."""
        loaded = self._load(space, INDEXES)
        return None if loaded is None else loaded[:2]

    def load_set(self, space: Space) -> tuple[SetIndex, int, int] | None:
        """The index of local features, its generation, and for how many pictures its words were learned; or None."""
        return self._load(space, SET_INDEXES)

    @overload
    def _load(self, space: Space, table: Table[IndexMaker]) -> tuple[Index, int, int] | None: ...
    @overload
    def _load(self, space: Space, table: Table[SetIndexMaker]) -> tuple[SetIndex, int, int] | None: ...
    def _load(
        self, space: Space, table: Table[IndexMaker] | Table[SetIndexMaker]
    ) -> tuple[Index | SetIndex, int, int] | None:
        note = self._note(space)
        try:
            if note is None or note["sha256"] != _sha256(self._file(space)):
                return None
            index = table.make(note["kind"]).load(self._file(space), space)
            return index, int(note["generation"]), int(note.get("built_for", 0))
        except (OSError, KeyError, ValueError, UnknownName, RuntimeError) as error:  # the last is what faiss raises
            log.warning("the index of %s is not usable (%s): it is made anew", space.name, error)
            return None

    def save(self, index: Index | SetIndex, generation: int, built_for: int = 0) -> None:
        """Replaces the file, then its note; interrupted in between, the two do not fit, which counts as none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file, note = self._file(index.space), self._note_file(index.space)
        temporary = file.with_suffix(".new")
        try:
            self._replace(index, generation, built_for, file, note, temporary)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()  # half a file would take what room is left
            raise

    def _replace(
        self, index: Index | SetIndex, generation: int, built_for: int, file: Path, note: Path, temporary: Path
    ) -> None:
        index.save(temporary)
        row = {
            "format": FORMAT,
            "kind": index.kind,
            "space": asdict(index.space),
            "generation": generation,
            "built_for": built_for,
            "count": len(index),
            "sha256": _sha256(temporary),
        }
        temporary.replace(file)
        temporary.write_text(json.dumps(row))
        temporary.replace(note)

    @contextlib.contextmanager
    def building(self) -> Iterator[bool]:
        """One process at a time; whether another one had to be waited for, which may have built what is wanted.

        Where the folder cannot be written to, several may build at once: they have nothing to save.
        """
        from filelock import FileLock, Timeout

        try:
            lock = FileLock(self.folder.with_name(f"{self.folder.name}.lock"), thread_local=False)
            had_to_wait = False
            try:
                lock.acquire(timeout=0)
            except Timeout:
                had_to_wait = True
                lock.acquire()
        except OSError:
            yield False
            return
        try:
            yield had_to_wait
        finally:
            lock.release()

    def keep_those_of(self, store: Store) -> None:
        """Removes the files of spaces that the store has dropped."""
        kept = {self._file(space).stem for space in (*store.spaces(), *store.spaces("local"))}
        for file in self.folder.glob("*"):
            if file.stem not in kept:
                try:
                    file.unlink()
                except OSError as error:  # in use, or none of ours: it costs room and nothing else
                    log.info("the file %s of an index that is no more stays: %s", file, error)

    def kind(self, space: Space) -> str | None:
        """Kind of the file that is there, for `status`."""
        note = self._note(space)
        return None if note is None else note["kind"]

    def can_grow(self, space: Space, kind: str, n: int) -> bool:
        """Whether a file of that kind is there, to which what is new of `n` pictures is added, and nothing learned."""
        note = self._note(space)
        built_for = 0 if note is None else int(note.get("built_for", 0))
        return note is not None and note["kind"] == kind and (not built_for or n <= OUTGROWN * built_for)

    def bytes(self) -> int:
        """On disk."""
        return sum(file.stat().st_size for file in self.folder.glob("*")) if self.folder.is_dir() else 0

    def _file(self, space: Space) -> Path:
        return self.folder / f"{space.name}-{space.digest}.faiss"

    def _note_file(self, space: Space) -> Path:
        return self._file(space).with_suffix(".json")

    def _note(self, space: Space) -> dict[str, str] | None:
        try:
            note = json.loads(self._note_file(space).read_bytes())
        except (OSError, ValueError):
            return None
        fits = isinstance(note, dict) and note.get("format") == FORMAT and note.get("space") == asdict(space)
        return note if fits else None


def current(derived: Derived, store: Store, space: Space) -> Index:
    """The index of `space` as the store is now: from its file, brought up to date, or built; then saved.

    A vector never changes within a space (its digest pins the output for a content), so ids tell what to do.
    """
    generation = store.generation(space)
    loaded = derived.load(space)
    if loaded is not None and loaded[1] == generation:
        return loaded[0]
    with derived.building() as had_to_wait:
        if not had_to_wait:
            return _updated(derived, store, space, loaded, generation)
    return current(derived, store, space)


def _updated(derived: Derived, store: Store, space: Space, loaded: tuple[Index, int] | None, generation: int) -> Index:
    """The index that was loaded with what changed since, or one that is built; saved."""
    wanted = store.vector_ids(space)
    kind = kind_for(space, len(wanted))
    index = loaded[0] if loaded is not None and loaded[0].kind == kind else _empty(store, space, kind, wanted)
    index.remove(np.setdiff1d(index.ids, wanted))
    missing = np.setdiff1d(wanted, index.ids)
    if len(missing):
        for ids, vectors in store.vectors(space, missing):
            index.add(ids, vectors)
    _save(derived, index, generation)
    return index


def current_set(derived: Derived, store: Store, space: Space) -> SetIndex:
    """An index of local features that is as new as the store. Pictures without any are looked at by each change."""
    generation = store.generation(space)
    loaded = derived.load_set(space)
    if loaded is not None and loaded[1] == generation:
        return loaded[0]
    with derived.building() as had_to_wait:
        if not had_to_wait:
            return _updated_set(derived, store, space, loaded, generation)
    return current_set(derived, store, space)


def _updated_set(
    derived: Derived, store: Store, space: Space, loaded: tuple[SetIndex, int, int] | None, generation: int
) -> SetIndex:
    """The index that was loaded with what changed since, or one that is built; saved."""
    wanted = store.vector_ids(space)
    if loaded is None or len(wanted) > OUTGROWN * loaded[2]:
        index, built_for = _empty_set(store, space, wanted), len(wanted)
    else:
        index, _, built_for = loaded
    index.remove(np.setdiff1d(index.ids, wanted))
    missing = np.setdiff1d(wanted, index.ids)
    for start in range(0, len(missing), BATCH):
        found = dict(store.local(space, missing[start : start + BATCH]))
        index.add(np.array(list(found), np.int64), list(found.values()))
    log.debug("%d pictures in the index of %s", len(index), space.name)  # counting sorts in what waits, for all threads
    _save(derived, index, generation, built_for)
    return index


def all_current(derived: Derived, store: Store, on_built: Callable[[int, int], object]) -> None:
    """Brings the files of all indexes up to date; `on_built` is told how many of how many are, from 0 on."""
    spaces, sets = store.spaces(), store.spaces("local")
    steps: list[Callable[[], object]] = [
        *(partial(current, derived, store, space) for space in spaces),
        *(partial(current_set, derived, store, space) for space in sets),
    ]
    on_built(0, len(steps))
    for built, step in enumerate(steps, 1):
        step()
        on_built(built, len(steps))


def _save(derived: Derived, index: Index | SetIndex, generation: int, built_for: int = 0) -> None:
    try:
        derived.save(index, generation, built_for)
    except OSError as error:
        # A library that can only be read is searched all the same, and needs no word each time.
        level = logging.INFO if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM) else logging.WARNING
        why = error.strerror or error
        log.log(level, "the index of %s could not be kept (%s): the next search makes it again", index.space.name, why)


def _empty_set(store: Store, space: Space, ids: Ids) -> SetIndex:
    """Its words learned from a sample of the pictures, the same for the same ids."""
    wanted = min(max(SET_LEAST, len(ids) // SET_SHARE), SET_SAMPLE)
    chosen = np.random.default_rng(0).choice(ids, min(wanted, len(ids)), replace=False)
    sample = [features.descriptors for _, features in store.local(space, np.sort(chosen))]
    rows = np.concatenate([np.empty((0, space.columns), space.dtype), *sample])
    features = len(rows) * len(ids) // max(len(chosen), 1)
    return SET_INDEXES.make(set_kind_for(space)).build(space, rows, features)


def _empty(store: Store, space: Space, kind: str, ids: Ids) -> Index:
    return INDEXES.make(kind).build(
        space, np.empty((0, space.columns), space.dtype) if kind == "flat" else _sample(store, space, ids)
    )


def _sample(store: Store, space: Space, ids: Ids) -> Vectors:
    """At most `SAMPLE` rows, the same for the same ids."""
    chosen = np.random.default_rng(0).choice(ids, min(SAMPLE, len(ids)), replace=False)
    batches = [vectors for _, vectors in store.vectors(space, np.sort(chosen))]
    return np.concatenate([np.empty((0, space.columns), space.dtype), *batches])


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
