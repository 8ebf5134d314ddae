"""Index files: derived from a store, so that a missing, stale or damaged one costs time and never an answer."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, overload

import numpy as np

from lookalike.errors import BadSetting, LookalikeError, UnknownName
from lookalike.finders import Index, IndexMaker, Mappable, SetIndex, SetIndexMaker
from lookalike.index import INDEXES, SET_INDEXES
from lookalike.index.choice import Wanted, choose, is_exact
from lookalike.protocols import Store
from lookalike.registry import Table, spelling
from lookalike.types import Ids, Space

INDEX_FOLDER = "indexes"
"""Name of the folder of index files in a library."""
FORMAT = 1
WANTED = "wanted.json"
"""Name of the file that says what is wanted of them."""
SET_SAMPLE = 1600
"""Pictures whose local features an index is trained on, the most."""
SET_SHARE = 4
"""One picture in so many is enough: with a word for 400 features, each is learned from about 100."""
SET_LEAST = 250
"""Pictures that it is trained on, the least."""
OUTGROWN = 4
"""Times as many pictures as when its words, or centres, were learned, and an index is built anew; or as few."""
BATCH = 256
FLAT, MAPPED = "flat", "disk"

log = logging.getLogger(__name__)


def set_kind_for(space: Space) -> str:
    """The kind of index for local features. Few bits are quick to compare one by one."""
    return "votes" if space.metric == "hamming" else "inverted"


@dataclass(frozen=True)
class Measured:
    """An index as it was when it was built: its settings, and the recall and the ms of a question, None where exact.

    `built_for` so many rows; `marked` of those that it has now are gone and not dropped yet. `bytes` are on disk;
    `remark` is what could not be had, or ''.
    """

    settings: str
    recall: float | None = None
    ms: float | None = None
    built_for: int = 0
    marked: int = 0
    bytes: int = 0
    remark: str = ""
    wanted: Wanted | None = None


@dataclass(frozen=True)
class Derived:
    """A folder with a file and a note for each space. A file counts only with a note that fits it.

    With `maps`, files are read as maps where their kind can be: several processes that do so hold them once.
    """

    folder: Path
    maps: bool = False

    def load(self, space: Space) -> tuple[Index, int] | None:
        """The index and the generation of the store that it reflects, or None where there is none to trust."""
        return self._load(space, INDEXES)

    def load_set(self, space: Space) -> tuple[SetIndex, int, int] | None:
        """The index of local features, its generation, and for how many pictures its words were learned; or None."""
        loaded = self._load(space, SET_INDEXES)
        return None if loaded is None else (*loaded, self.measured(space).built_for)

    @overload
    def _load(self, space: Space, table: Table[IndexMaker]) -> tuple[Index, int] | None: ...
    @overload
    def _load(self, space: Space, table: Table[SetIndexMaker]) -> tuple[SetIndex, int] | None: ...
    def _load(
        self, space: Space, table: Table[IndexMaker] | Table[SetIndexMaker]
    ) -> tuple[Index | SetIndex, int] | None:
        note = self._note(space)
        try:
            if note is None or note["sha256"] != _sha256(self._file(space)):
                return None
            maker = table.spelled(note.get("settings", note["kind"]))
            load = maker.mapped if self.maps and isinstance(maker, Mappable) else maker.load
            return load(self._file(space), space), int(note["generation"])
        except (OSError, KeyError, ValueError, UnknownName, BadSetting, RuntimeError) as error:  # the last is of faiss
            log.warning("the index of %s is not usable (%s): it is made anew", space.name, error)
            return None

    def save(self, index: Index | SetIndex, generation: int, built: Measured | None = None) -> None:
        """Replaces the file, then its note; interrupted in between, the two do not fit, which counts as none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file, note = self._file(index.space), self._note_file(index.space)
        temporary = file.with_suffix(".new")
        try:
            self._replace(index, generation, built or Measured(index.kind), file, note, temporary)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()  # half a file would take what room is left
            raise

    def _replace(
        self, index: Index | SetIndex, generation: int, built: Measured, file: Path, note: Path, temporary: Path
    ) -> None:
        index.save(temporary)
        row = {
            "format": FORMAT,
            "kind": index.kind,
            "space": asdict(index.space),
            "generation": generation,
            "count": len(index),
            "sha256": _sha256(temporary),
            **asdict(built),
            "bytes": temporary.stat().st_size,
        }
        temporary.replace(file)
        temporary.write_text(json.dumps(row))
        temporary.replace(note)

    @contextlib.contextmanager
    def building(self, *, wait: bool) -> Iterator[bool]:
        """One process at a time; whether it is this one's turn. After others were waited for it is not: they built.

        Where the folder cannot be written to, several may build at once: they have nothing to save.
        """
        from filelock import FileLock, Timeout

        try:
            lock = FileLock(self.folder.with_name(f"{self.folder.name}.lock"), thread_local=False)
            is_mine = True
            try:
                lock.acquire(timeout=0)
            except Timeout:
                is_mine = False
                if wait:
                    lock.acquire()
        except OSError:
            yield True
            return
        try:
            yield is_mine
        finally:
            lock.release()

    def keep_those_of(self, store: Store) -> None:
        """Removes the files of spaces that the store has dropped."""
        kept = {self._file(space).stem for space in (*store.spaces(), *store.spaces("local"))}
        kept.add(Path(WANTED).stem)
        for file in self.folder.glob("*"):
            if file.stem not in kept:
                try:
                    file.unlink()
                except OSError as error:  # in use, or none of ours: it costs room and nothing else
                    log.info("the file %s of an index that is no more stays: %s", file, error)

    @property
    def wanted(self) -> Wanted:
        """Wish for the indexes of vectors; the defaults where nobody said, or what was said is lost."""
        try:
            return Wanted(**json.loads((self.folder / WANTED).read_bytes()))
        except (OSError, ValueError, TypeError, LookalikeError):
            return Wanted()

    def want(self, wanted: Wanted) -> None:
        """Keeps it for all that are built from now on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = (self.folder / WANTED).with_suffix(".new")
        temporary.write_text(json.dumps(asdict(wanted)))
        temporary.replace(self.folder / WANTED)

    def kind(self, space: Space) -> str | None:
        """Kind of the file that is there, for `status`."""
        note = self._note(space)
        return None if note is None else str(note["kind"])

    def measured(self, space: Space) -> Measured:
        """How the index in the file that is there was measured."""
        note = self._note(space) or {}
        known = {field.name: note[field.name] for field in fields(Measured) if field.name in note}
        with contextlib.suppress(TypeError, LookalikeError):
            wanted = Wanted(**known["wanted"]) if known.get("wanted") else None
            return Measured(**{"settings": str(note.get("kind", "")), **known, "wanted": wanted})
        return Measured("")

    def rows(self, store: Store, space: Space) -> int:
        """How many rows an index of `space` should hold: a file that is as new as the store tells it sooner."""
        note = self._note(space)
        count = None if note is None or note.get("generation") != store.generation(space) else note.get("count")
        return count if isinstance(count, int) else len(store.vector_ids(space))

    def can_grow(self, space: Space, kind: str, n: int) -> bool:
        """Whether a file of that kind is there, to which what is new of `n` pictures is added, and nothing learned."""
        built_for = self.measured(space).built_for
        return self.kind(space) == kind and (not built_for or n <= OUTGROWN * built_for)

    def is_as_wanted(self, space: Space, n: int) -> bool:
        """Whether the file that is there serves for `n` vectors, and was chosen for what is wanted now."""
        built, wanted = self.measured(space), self.wanted
        if is_exact(space, n, wanted):
            return self.kind(space) == FLAT
        return built.wanted == wanted and built.built_for / OUTGROWN <= n <= OUTGROWN * built.built_for

    def bytes(self) -> int:
        """On disk."""
        return sum(file.stat().st_size for file in self.folder.glob("*")) if self.folder.is_dir() else 0

    def _file(self, space: Space) -> Path:
        return self.folder / f"{space.name}-{space.digest}.faiss"

    def _note_file(self, space: Space) -> Path:
        return self._file(space).with_suffix(".json")

    def _note(self, space: Space) -> dict[str, Any] | None:
        try:
            note = json.loads(self._note_file(space).read_bytes())
        except (OSError, ValueError):
            return None
        fits = isinstance(note, dict) and note.get("format") == FORMAT and note.get("space") == asdict(space)
        return note if fits else None


def current(derived: Derived, store: Store, space: Space, *, choose_anew: bool = False) -> Index:
    """The index of `space` as the store is now: from its file, brought up to date, or built; then saved.

    A vector never changes within a space (its digest pins the output for a content), so ids tell what to do. One that
    is no longer as it is wanted serves until somebody has the time to `choose_anew`.
    """
    generation, rows = store.generation(space), derived.rows(store, space)
    fits, built = derived.is_as_wanted(space, rows), derived.measured(space)
    is_outgrown = not fits and (choose_anew or is_exact(space, rows, derived.wanted))
    loaded = None if is_outgrown else derived.load(space)
    if loaded is not None and loaded[1] == generation:
        return loaded[0]
    wanted = store.vector_ids(space)
    with derived.building(wait=loaded is None) as is_mine:
        is_mine = is_mine and derived.measured(space) == built  # else another one saved it just now
        if loaded is not None:
            index = _updated(store, loaded[0], wanted)
            if is_mine:
                _save(derived, index, generation, replace(built, marked=index.marked))
            return _from_its_file(derived, index, generation) if is_mine else index
        if is_mine:
            return _chosen(derived, store, space, wanted, generation)
    return current(derived, store, space, choose_anew=choose_anew)


def _updated(store: Store, index: Index, wanted: Ids) -> Index:
    """The index with what changed since."""
    index.remove(np.setdiff1d(index.ids, wanted))
    missing = np.setdiff1d(wanted, index.ids)
    if len(missing):
        for ids, vectors in store.vectors(index.space, missing):
            index.add(ids, vectors)
    return index


def _chosen(derived: Derived, store: Store, space: Space, ids: Ids, generation: int) -> Index:
    """An index that is built, measured and saved."""
    wanted = derived.wanted
    chosen = choose(store, space, ids, wanted, _share(store, space, len(ids), wanted.bytes))
    if chosen.remark:
        log.warning("the index of %s is %s: %s", space.name, spelling(chosen.index.maker), chosen.remark)
    exact = is_exact(space, len(ids), wanted)
    built = Measured(
        spelling(chosen.index.maker),
        chosen.recall,
        chosen.ms,
        0 if exact else len(ids),
        remark=chosen.remark,
        wanted=None if exact else wanted,
    )
    _save(derived, chosen.index, generation, built)
    return _from_its_file(derived, chosen.index, generation)


def _from_its_file(derived: Derived, index: Index, generation: int) -> Index:
    """The index itself, or as a map of its file where it is to be one, or its kind leaves lists on disk."""
    loaded = derived.load(index.space) if derived.maps or index.kind == MAPPED else None
    return index if loaded is None or loaded[1] != generation or loaded[0].kind != index.kind else loaded[0]


def _share(store: Store, space: Space, n: int, memory: int) -> int:
    """Part of the memory for one space: as large as its part of all rows."""
    total = sum(len(store.vector_ids(each)) * each.columns * each.dtype.itemsize for each in store.spaces())
    return round(memory * n * space.columns * space.dtype.itemsize / max(total, 1))


def current_set(derived: Derived, store: Store, space: Space) -> SetIndex:
    """An index of local features that is as new as the store. Pictures without any are looked at by each change."""
    generation = store.generation(space)
    loaded = derived.load_set(space)
    if loaded is not None and loaded[1] == generation:
        return loaded[0]
    with derived.building(wait=True) as is_mine:
        if is_mine:
            return _updated_set(derived, store, space, loaded, generation)
    return current_set(derived, store, space)


def _updated_set(
    derived: Derived, store: Store, space: Space, loaded: tuple[SetIndex, int, int] | None, generation: int
) -> SetIndex:
    """The index that was loaded with what changed since, or one that is built; saved."""
    wanted = store.vector_ids(space)
    if loaded is None or len(wanted) > OUTGROWN * loaded[2]:
        index, built_for = empty_set(store, space, wanted), len(wanted)
    else:
        index, _, built_for = loaded
    index.remove(np.setdiff1d(index.ids, wanted))
    missing = np.setdiff1d(wanted, index.ids)
    for start in range(0, len(missing), BATCH):
        found = dict(store.local(space, missing[start : start + BATCH]))
        index.add(np.array(list(found), np.int64), list(found.values()))
    log.debug("%d pictures in the index of %s", len(index), space.name)  # counting sorts in what waits, for all threads
    _save(derived, index, generation, Measured(index.kind, built_for=built_for))
    kept = derived.load_set(space) if derived.maps else None
    return index if kept is None or kept[1] != generation else kept[0]


def all_current(derived: Derived, store: Store, on_built: Callable[[int, int], object]) -> None:
    """Brings the files of all indexes up to date; `on_built` is told how many of how many are, from 0 on."""
    spaces, sets = store.spaces(), store.spaces("local")
    steps: list[Callable[[], object]] = [
        *(partial(current, derived, store, space, choose_anew=True) for space in spaces),
        *(partial(current_set, derived, store, space) for space in sets),
    ]
    on_built(0, len(steps))
    for built, step in enumerate(steps, 1):
        step()
        on_built(built, len(steps))


def _save(derived: Derived, index: Index | SetIndex, generation: int, built: Measured) -> None:
    try:
        derived.save(index, generation, built)
    except OSError as error:
        # A library that can only be read is searched all the same, and needs no word each time.
        level = logging.INFO if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM) else logging.WARNING
        why = error.strerror or error
        log.log(level, "the index of %s could not be kept (%s): the next search makes it again", index.space.name, why)


def empty_set(store: Store, space: Space, ids: Ids) -> SetIndex:
    """Its words learned from a sample of the pictures, the same for the same ids."""
    wanted = min(max(SET_LEAST, len(ids) // SET_SHARE), SET_SAMPLE)
    chosen = np.random.default_rng(0).choice(ids, min(wanted, len(ids)), replace=False)
    sample = [features.descriptors for _, features in store.local(space, np.sort(chosen))]
    rows = np.concatenate([np.empty((0, space.columns), space.dtype), *sample])
    features = len(rows) * len(ids) // max(len(chosen), 1)
    return SET_INDEXES.make(set_kind_for(space)).build(space, rows, features)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
