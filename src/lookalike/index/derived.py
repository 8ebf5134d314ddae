"""Index files: derived from a store, so that a missing, stale or damaged one costs time and never an answer."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

from lookalike.errors import BadSetting, LookalikeError, UnknownName
from lookalike.finders import Changing, Index, IndexMaker, Mappable, SetIndex, SetIndexMaker
from lookalike.index import INDEXES, SET_INDEXES
from lookalike.index.choice import Wanted, is_exact
from lookalike.protocols import Store
from lookalike.registry import Table
from lookalike.types import Space

INDEX_FOLDER = "indexes"
"""Name of the folder of index files in a library."""
FORMATS = (1, 2)
"""Forms of a note; the second where changes lie beside the file."""
WANTED = "wanted.json"
"""Name of the file that says what is wanted of them."""
OUTGROWN = 4
"""Times as many pictures as when its words, or centres, were learned, and an index is built anew; or as few."""
FLAT = "flat"
STALE = -1
"""Generation of an index that lacks some of what its note tells."""

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

    Some kinds leave their file as it is while little changes; what came and went is then a third file.
    With `maps`, files are read as maps where their kind can be, as those of local features always are: several
    processes that do so hold them once.
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
            as_map = self.maps or table is SET_INDEXES  # large, and a question reads few of its lists
            load = maker.mapped if as_map and isinstance(maker, Mappable) else maker.load
            index = load(self._file(space), space)
            return index, int(note["generation"]) if self._has_changed(index, note.get("changes")) else STALE
        except (OSError, KeyError, ValueError, UnknownName, BadSetting, RuntimeError) as error:  # the last is of faiss
            log.warning("the index of %s is not usable (%s): it is made anew", space.name, error)
            return None

    def _has_changed(self, index: Index | SetIndex, changes: str | None) -> bool:
        """Whether the index, as it is in its file, was given the changes that its note speaks of."""
        if changes is None:
            return True
        file = self._changes_file(index.space)
        if not isinstance(index, Changing) or not file.exists() or _sha256(file) != changes:
            log.warning("what changed in the index of %s is not usable: it is found anew", index.space.name)
            return False
        index.take_changes(file)
        return True

    def save(self, index: Index | SetIndex, generation: int, built: Measured | None = None) -> None:
        """Replaces the file, then its note; interrupted in between, the two do not fit, which counts as none.

        Where the file holds most of what it would hold, only changes are written, beside it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self._file(index.space).with_suffix(".new")
        try:
            self._replace(index, generation, built or Measured(index.kind), temporary)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()  # half a file would take what room is left
            raise

    def _replace(self, index: Index | SetIndex, generation: int, built: Measured, temporary: Path) -> None:
        file, changes = self._file(index.space), self._changes_file(index.space)
        kept = self._file_that_stays(index)
        if kept is not None:
            changing, sha256 = kept
            changing.save_changes(temporary)
            files = {"sha256": sha256, "changes": _sha256(temporary)}
            size = file.stat().st_size + temporary.stat().st_size
            temporary.replace(changes)
        else:
            index.save(temporary)
            files, size = {"sha256": _sha256(temporary)}, temporary.stat().st_size
            temporary.replace(file)
        row = {
            "format": FORMATS[len(files) - 1],
            "kind": index.kind,
            "space": asdict(index.space),
            "generation": generation,
            "count": len(index),
            "main": index.main() if isinstance(index, Changing) else None,
            **files,
            **asdict(built),
            "bytes": size,
        }
        temporary.write_text(json.dumps(row))
        temporary.replace(self._note_file(index.space))
        if kept is None:
            changes.unlink(missing_ok=True)

    def _file_that_stays(self, index: Index | SetIndex) -> tuple[Changing, str] | None:
        """The index, and the sha256 of its file, where that holds all but changes."""
        note = self._note(index.space)
        if note is None or not isinstance(index, Changing) or note.get("main") != index.main():
            return None
        file = self._file(index.space)
        return (index, note["sha256"]) if file.exists() and _sha256(file) == note["sha256"] else None

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

    def _changes_file(self, space: Space) -> Path:
        return self._file(space).with_suffix(".changes")

    def _note_file(self, space: Space) -> Path:
        return self._file(space).with_suffix(".json")

    def _note(self, space: Space) -> dict[str, Any] | None:
        try:
            note = json.loads(self._note_file(space).read_bytes())
        except (OSError, ValueError):
            return None
        fits = isinstance(note, dict) and note.get("format") in FORMATS and note.get("space") == asdict(space)
        return note if fits else None


def _sha256(file: Path) -> str:
    stamp = file.stat()
    return _sha256_of(file, stamp.st_ino, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(64)
def _sha256_of(file: Path, *stamp: int) -> str:  # noqa: ARG001  a file of the same stamp is not read again
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
