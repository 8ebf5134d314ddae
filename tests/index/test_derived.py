from __future__ import annotations

import errno
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from lookalike.index import INDEXES, choice
from lookalike.index.choice import Wanted
from lookalike.index.current import all_current, current
from lookalike.index.derived import Derived, Measured
from lookalike.index.faiss_ import FaissIndex
from lookalike.store.memory import MemoryStore
from lookalike.types import Content, Ids, Metric, Space, Stamp

SPACE = Space("histogram", "abcd", 8, "cosine")


class Library:
    """A store in memory, and how many vectors were read from it."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.read = 0
        original = self.store.vectors

        def counted(*given, **named):
            for ids, rows in original(*given, **named):
                self.read += len(ids)
                yield ids, rows

        self.store.vectors = counted

    def add(self, numbers: range) -> None:
        rows = np.random.default_rng(numbers.start).normal(size=(len(numbers), 8)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        contents = [Content(f"{number:064x}", 1, (1, 1), "png") for number in numbers]
        with self.store.writing(), self.store.transaction():
            self.store.add_space(SPACE, "{}")
            ids = self.store.put_contents(contents)
            self.store.put_records([(f"/{c.sha256}", Stamp(1, 1, 1, 1), c.sha256) for c in contents])
            self.store.put(SPACE, ids, rows)

    def drop(self, numbers: range) -> None:
        with self.store.writing(), self.store.transaction():
            self.store.drop_records([f"/{number:064x}" for number in numbers])


@pytest.fixture
def library() -> Library:
    filled = Library()
    filled.add(range(100))
    return filled


def files(derived: Derived) -> tuple[Path, Path]:
    (file,), (note,) = derived.folder.glob("*.faiss"), derived.folder.glob("*.json")
    return file, note


def is_right(derived: Derived, library: Library) -> bool:
    index = current(derived, library.store, SPACE)
    return index.ids.tolist() == library.store.vector_ids(SPACE).tolist()


def test_an_unchanged_store_is_not_read_again(library: Library, tmp_path: Path) -> None:
    derived = Derived(tmp_path / "indexes")
    assert is_right(derived, library)
    assert derived.kind(SPACE) == "flat"
    assert derived.bytes() > 0
    library.read = 0
    assert is_right(derived, library)
    assert library.read == 0


def test_rows_of_an_unchanged_store_are_not_counted_again(library: Library, tmp_path: Path) -> None:
    derived = Derived(tmp_path)
    current(derived, library.store, SPACE)
    count, library.store.vector_ids = library.store.vector_ids, None
    assert current(derived, library.store, SPACE).ids.tolist() == list(range(1, 101))
    assert derived.rows(library.store, SPACE) == 100
    library.store.vector_ids = count
    library.add(range(100, 130))
    assert derived.rows(library.store, SPACE) == 130


@pytest.mark.parametrize("count", [None, "100", [100]])
def test_a_note_without_a_count_is_none(library: Library, tmp_path: Path, count: object) -> None:
    derived = Derived(tmp_path)
    current(derived, library.store, SPACE)
    _, note = files(derived)
    note.write_text(json.dumps(json.loads(note.read_text()) | {"count": count}))
    assert derived.rows(library.store, SPACE) == 100


def test_only_what_is_new_is_read_and_what_is_gone_is_dropped(library: Library, tmp_path: Path) -> None:
    derived = Derived(tmp_path / "indexes")
    current(derived, library.store, SPACE)
    library.add(range(100, 120))
    library.drop(range(10))
    library.read = 0
    assert is_right(derived, library)
    assert library.read == 20


def cut(file: Path, note: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


def flip(file: Path, note: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def foreign_file_with_a_fitting_note(file: Path, note: Path) -> None:
    import hashlib

    file.write_bytes(b"no index" * 100)
    row = json.loads(note.read_text())
    note.write_text(json.dumps(row | {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()}))


def other_space(file: Path, note: Path) -> None:
    row = json.loads(note.read_text())
    note.write_text(json.dumps(row | {"space": row["space"] | {"digest": "ffff"}}))


SPOILERS: list[Callable[[Path, Path], object]] = [
    cut,
    flip,
    foreign_file_with_a_fitting_note,
    other_space,
    lambda file, note: file.unlink(),
    lambda file, note: note.unlink(),
    lambda file, note: note.write_text("{"),
    lambda file, note: note.write_text("[1]"),
    lambda file, note: note.write_text(json.dumps({"format": 999})),
    lambda file, note: note.write_text(note.read_text().replace('"flat"', '"unknown"')),
    lambda file, note: file.with_suffix(".new").write_bytes(b"left over by a crash"),
]


@pytest.mark.parametrize("spoil", SPOILERS)
def test_a_damaged_file_costs_time_and_never_an_answer(
    library: Library, tmp_path: Path, spoil: Callable[[Path, Path], object]
) -> None:
    derived = Derived(tmp_path / "indexes")
    current(derived, library.store, SPACE)
    spoil(*files(derived))
    assert is_right(derived, library)
    assert is_right(derived, library)


def test_a_folder_that_cannot_be_written_to_is_answered_from_memory(library: Library, tmp_path: Path) -> None:
    (tmp_path / "indexes").write_text("a file where the folder should be")
    assert is_right(Derived(tmp_path / "indexes"), library)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
@pytest.mark.parametrize("metric", ["cosine", "hamming"])
def test_an_index_that_finds_no_room_says_so_as_the_system_does(metric: Metric) -> None:
    index = INDEXES.make("flat").build(Space("histogram", "abcd", 8, metric), np.empty((0, 8), np.float32))
    with pytest.raises(OSError, match="No space left") as raised:
        index.save(Path("/dev/full"))
    assert raised.value.errno == errno.ENOSPC


def test_on_a_full_disk_it_is_answered_from_memory_and_said(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(self: FaissIndex, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FaissIndex, "save", full)
    assert is_right(Derived(tmp_path / "indexes"), library)
    assert "could not be kept (No space left on device)" in caplog.text
    assert list((tmp_path / "indexes").iterdir()) == []


def test_a_library_that_can_only_be_read_is_not_remarked_upon(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def read_only(self: FaissIndex, path: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(FaissIndex, "save", read_only)
    assert is_right(Derived(tmp_path / "indexes"), library)
    assert caplog.text == ""


def test_a_large_library_gets_the_approximate_kind(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived = Derived(tmp_path / "indexes")
    current(derived, library.store, SPACE)
    monkeypatch.setattr(choice, "APPROXIMATE_FROM", 150)
    library.add(range(100, 400))
    assert is_right(derived, library)
    assert derived.kind(SPACE) == "flat"  # who asks does not wait for it
    all_current(derived, library.store, lambda *_: None)
    assert derived.kind(SPACE) == "pq"
    assert is_right(derived, library)
    measured = derived.measured(SPACE)
    assert measured.settings.startswith("pq:")
    assert (measured.built_for, measured.remark) == (400, "")
    assert measured.recall >= 0.98
    assert measured.ms > 0


def test_an_index_is_filled_without_reading_back_what_it_holds(library: Library, tmp_path: Path) -> None:
    index: Any = current(Derived(tmp_path / "indexes"), library.store, SPACE)
    read: list[int] = []
    stored = index._stored_ids

    def counted() -> Ids:
        read.append(1)
        return stored()

    index._stored_ids = counted
    rows = np.eye(8, dtype=np.float32)
    for start in range(1000, 1100, 10):
        index.add(np.arange(start, start + 8), rows)
    assert (len(index), len(read)) == (180, 0)


def test_a_file_can_grow_until_its_words_are_too_few(library: Library, tmp_path: Path) -> None:
    derived = Derived(tmp_path / "indexes")
    assert not derived.can_grow(SPACE, "flat", 100)
    index = current(derived, library.store, SPACE)
    assert derived.can_grow(SPACE, "flat", 10**6)
    assert not derived.can_grow(SPACE, "ivf", 100)
    derived.save(index, 1, Measured("flat", built_for=100))
    assert [derived.can_grow(SPACE, "flat", n) for n in (100, 400, 401)] == [True, True, False]


def test_several_who_want_an_index_at_once_build_it_once(library: Library, tmp_path: Path) -> None:
    at_once = threading.Barrier(8)

    def wanted(_: int) -> bool:
        at_once.wait()
        return is_right(Derived(tmp_path / "indexes"), library)  # which holds a lock of its own, as a process does

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(wanted, range(8)))
    assert library.read == 100


def test_where_no_lock_can_be_made_it_is_answered_all_the_same(library: Library, tmp_path: Path) -> None:
    (tmp_path / "indexes.lock").mkdir()
    assert is_right(Derived(tmp_path / "indexes"), library)


@pytest.fixture
def large(library: Library, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library of 2,000, which count as many."""
    monkeypatch.setattr(choice, "APPROXIMATE_FROM", 150)
    library.add(range(100, 2000))
    return library


def chosen(derived: Derived, library: Library) -> Measured:
    all_current(derived, library.store, lambda *_: None)
    assert is_right(derived, library)
    return derived.measured(SPACE)


def test_what_is_chosen_grows_and_shrinks_and_is_chosen_anew_when_it_no_longer_fits(
    large: Library, tmp_path: Path
) -> None:
    derived = Derived(tmp_path / "indexes")
    assert chosen(derived, large).built_for == 2000
    large.add(range(2000, 2100))
    assert chosen(derived, large).built_for == 2000
    large.drop(range(1700))
    assert is_right(derived, large)
    assert derived.measured(SPACE).built_for == 2000  # who asks takes what is there
    assert chosen(derived, large).built_for == 400
    large.add(range(2100, 3800))
    assert chosen(derived, large).built_for == 2100
    large.drop(range(1700, 3750))
    assert chosen(derived, large) == Measured("flat", bytes=derived.measured(SPACE).bytes)


def test_another_wish_is_met_by_the_next_run_and_the_old_index_serves_until_then(
    large: Library, tmp_path: Path
) -> None:
    derived = Derived(tmp_path / "indexes")
    before = chosen(derived, large)
    derived.want(Wanted(recall=0.9, kind="hnsw"))
    assert is_right(derived, large)
    assert derived.measured(SPACE) == before
    assert chosen(derived, large).settings.startswith("hnsw")
    assert derived.measured(SPACE).wanted == Wanted(0.9, None, "hnsw")
    derived.want(Wanted())
    assert chosen(derived, large).settings == before.settings


def test_rows_that_are_marked_are_told(large: Library, tmp_path: Path) -> None:
    derived = Derived(tmp_path / "indexes")
    derived.want(Wanted(kind="hnsw"))
    assert chosen(derived, large).marked == 0
    large.drop(range(300))
    assert chosen(derived, large).marked == 300
    large.drop(range(300, 600))
    assert chosen(derived, large).marked == 0


def test_a_wish_that_is_lost_is_the_default_and_is_no_left_over(large: Library, tmp_path: Path) -> None:
    derived = Derived(tmp_path / "indexes")
    derived.want(Wanted(recall=0.5))
    derived.keep_those_of(large.store)
    assert derived.wanted == Wanted(recall=0.5)
    for text in ("{", '{"recall": 7}', '{"unknown": 1}', "[]"):
        (tmp_path / "indexes" / "wanted.json").write_text(text)
        assert derived.wanted == Wanted()


def test_lists_on_disk_are_mapped_again_after_each_change(large: Library, tmp_path: Path) -> None:
    derived = Derived(tmp_path / "indexes")
    derived.want(Wanted(kind="disk"))
    chosen(derived, large)
    large.add(range(2000, 2100))
    index: Any = current(derived, large.store, SPACE)
    assert isinstance(faiss.downcast_InvertedLists(index.index.invlists), faiss.OnDiskInvertedLists)
    assert len(index) == 2100


def test_an_index_that_was_chosen_meanwhile_is_not_written_over(
    large: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived = Derived(tmp_path / "indexes")
    before = chosen(derived, large)
    large.add(range(2000, 2010))
    building = Derived.building

    @contextmanager
    def after_another(self: Derived, *, wait: bool) -> Iterator[bool]:
        monkeypatch.setattr(Derived, "building", building)
        derived.want(Wanted(kind="hnsw"))
        all_current(derived, large.store, lambda *_: None)
        with building(self, wait=wait) as is_mine:
            yield is_mine

    monkeypatch.setattr(Derived, "building", after_another)
    assert len(current(derived, large.store, SPACE)) == 2010
    assert derived.measured(SPACE).settings.startswith("hnsw") != before.settings.startswith("hnsw")


def test_who_has_an_index_does_not_wait_for_who_builds_another(large: Library, tmp_path: Path) -> None:
    derived = Derived(tmp_path / "indexes")
    before = chosen(derived, large)
    large.add(range(2000, 2010))
    with Derived(tmp_path / "indexes").building(wait=True) as is_mine:
        assert is_mine
        assert len(current(derived, large.store, SPACE)) == 2010
    assert derived.measured(SPACE) == before
