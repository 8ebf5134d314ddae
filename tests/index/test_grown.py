"""Pictures that come and go beside columns that stay: the same answers as of one whole, from files that stay."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.index import SET_INDEXES, grown
from lookalike.index.current import current_set
from lookalike.index.derived import Derived
from lookalike.index.lists import ListIndex
from lookalike.store.memory import MemoryStore
from lookalike.types import Content, Keypoints, LocalFeatures, Space, Stamp

SPACE = Space("sift", "abcd", 32, "cosine")
MANY = 300


def features(seed: int, count: int = 40) -> LocalFeatures:
    """Of a picture, of few kinds, so that pictures share words."""
    drawn = np.random.default_rng(seed)
    kinds = np.random.default_rng(0).normal(size=(50, SPACE.dim))
    rows = kinds[drawn.integers(0, 50, count)] + 0.6 * drawn.normal(size=(count, SPACE.dim))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    keypoints = Keypoints(np.zeros((count, 2), np.float32), np.ones(count, np.float32), (9, 9))
    return LocalFeatures(keypoints, rows.astype(np.float32))


def index_of(kind: str, ids: Any) -> ListIndex:
    sample = np.concatenate([features(seed).descriptors for seed in range(MANY)])
    index = SET_INDEXES.make(kind).build(SPACE, sample, len(sample))
    assert isinstance(index, ListIndex)
    index.add(np.asarray(ids, np.int64), [features(int(id)) for id in ids])
    assert len(index) == len(ids)  # sorted, before others come
    return index


def answers(index: Any) -> list[tuple[list[int], bytes]]:
    found = [index.search(features(seed), 20) for seed in (3, 70, 299, 1000)]
    assert all(len(hits) == 20 for hits in found)
    return [(hits.ids.tolist(), hits.scores.tobytes()) for hits in found]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns of more than a hundred pictures stay as they are while a fifth of them changes."""
    monkeypatch.setattr(grown, "FEW", 100)
    monkeypatch.setattr(grown, "SHARE", 5)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("kind", ["inverted", "asmk"])
def test_answers_are_those_of_an_index_that_was_made_of_what_is_left(kind: str) -> None:
    index = index_of(kind, range(20, MANY))
    held = index.grown.held
    index.remove(np.array([30, 70, 10**6]))
    assert answers(index) == answers(index_of(kind, [id for id in range(20, MANY) if id not in (30, 70)]))
    index.add(np.array([3, 70, 500]), [features(3), features(70), features(500)])  # one was there before
    index.remove(np.array([500]))
    assert (index.grown.held, index.grown.gone.tolist()) == (held, [30, 70])
    assert index.grown.later.ids.tolist() == [3, 70]
    left = index_of(kind, [3, *(id for id in range(20, MANY) if id != 30)])
    assert answers(index) == answers(left)
    assert index.ids.tolist() == left.ids.tolist()
    among = np.arange(0, MANY, 3)
    assert index.search(features(3), 9, among).scores.tolist() == left.search(features(3), 9, among).scores.tolist()


@pytest.mark.usefixtures("few")
def test_a_picture_that_is_replaced_has_its_new_features_alone() -> None:
    index = index_of("inverted", range(MANY))
    index.add(np.array([7]), [features(4000)])
    assert index.grown.is_changed
    left = index_of("inverted", [id for id in range(MANY) if id != 7])
    left.add(np.array([7]), [features(4000)])
    assert answers(index) == answers(left)
    assert index.search(features(4000), 1).ids.tolist() == [7]


@pytest.mark.usefixtures("few")
def test_where_much_has_changed_all_is_sorted_anew() -> None:
    index = index_of("inverted", range(MANY))
    index.add(np.arange(1000, 1060), [features(seed) for seed in range(1000, 1060)])
    assert index.grown.is_changed
    index.remove(np.array([5]))
    assert not index.grown.is_changed
    assert (len(index.grown.held.ids), len(index)) == (MANY + 59, MANY + 59)


@pytest.mark.parametrize("few", [100, 400])
def test_columns_of_few_pictures_are_sorted_anew_by_each_change(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grown, "FEW", few)
    index = index_of("inverted", range(MANY))
    index.remove(np.array([5]))
    assert index.grown.is_changed == (few < MANY)


# files


class Library:
    """A store of local features, and the files of its index."""

    def __init__(self, folder: Path, *, maps: bool = False) -> None:
        self.store, self.derived = MemoryStore(), Derived(folder, maps=maps)
        self.file, self.changes = (folder / f"sift-abcd.{ending}" for ending in ("faiss", "changes"))
        self.asked: list[int] = []
        self.add(range(MANY))
        whole = self.store.local

        def noted(space: Space, ids: Any = None) -> Iterator[tuple[int, LocalFeatures]]:
            self.asked += ids.tolist()
            return whole(space, ids)

        self.store.local = noted  # type: ignore[method-assign]

    def add(self, numbers: range) -> None:
        contents = [Content(f"{number:064x}", 1, (1, 1), "png") for number in numbers]
        with self.store.writing(), self.store.transaction():
            self.store.add_space(SPACE, "{}", "local")
            ids = self.store.put_contents(contents)
            self.store.put_records([(f"/{c.sha256}", Stamp(1, 1, 1, 1), c.sha256) for c in contents])
            self.store.put_local(SPACE, {id: features(id) for id in ids.tolist()})

    def drop(self, number: int) -> None:
        with self.store.writing(), self.store.transaction():
            self.store.drop_records([f"/{number:064x}"])

    def index(self) -> ListIndex:
        """As it is now, with what was asked of the store noted anew."""
        self.asked = []
        index = current_set(self.derived, self.store, SPACE)
        assert isinstance(index, ListIndex)
        assert index.ids.tolist() == self.store.vector_ids(SPACE).tolist()
        return index


@pytest.fixture(params=[False, True], ids=["memory", "maps"])
def library(request: pytest.FixtureRequest, tmp_path: Path, few: None) -> Library:
    return Library(tmp_path / "indexes", maps=request.param)


def test_one_picture_more_leaves_the_large_file_as_it_is(library: Library) -> None:
    library.index()
    before = library.file.stat()
    library.add(range(MANY, MANY + 2))
    library.drop(5)
    index = library.index()
    assert library.asked == [MANY + 1, MANY + 2]
    after = library.file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert library.changes.stat().st_size < before.st_size / 20
    again = library.index()
    assert library.asked == []
    assert answers(again) == answers(index)
    assert again.grown.is_changed
    measured = library.derived.measured(SPACE)
    assert measured.bytes == before.st_size + library.changes.stat().st_size
    assert library.derived.rows(library.store, SPACE) == len(index)


def test_when_all_is_sorted_anew_no_changes_are_left(library: Library) -> None:
    library.index()
    library.add(range(MANY, MANY + 2))
    library.index()
    assert library.changes.exists()
    library.add(range(MANY + 2, MANY + 90))
    assert not library.index().grown.is_changed
    assert not library.changes.exists()
    assert not library.index().grown.is_changed


@pytest.mark.parametrize("damage", ["gone", "other bytes", "of another time"])
def test_changes_that_are_lost_are_found_anew_and_nothing_else(
    library: Library, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    library.index()
    library.add(range(MANY, MANY + 1))
    library.index()
    earlier = library.changes.read_bytes()
    library.add(range(MANY + 1, MANY + 3))
    wanted = answers(library.index())
    if damage == "gone":
        library.changes.unlink()
    else:
        library.changes.write_bytes(b"nothing" if damage == "other bytes" else earlier)
    with caplog.at_level(logging.WARNING):
        assert answers(library.index()) == wanted
    assert library.asked == [MANY + 1, MANY + 2, MANY + 3]
    assert "found anew" in caplog.text
    assert answers(library.index()) == wanted
    assert library.asked == []


def test_a_large_file_that_is_damaged_is_written_again(library: Library) -> None:
    wanted = answers(library.index())
    library.file.with_suffix(".old").write_bytes(data := library.file.read_bytes())
    library.file.unlink()  # what is mapped stays
    library.file.write_bytes(b"x" + data[1:])
    library.drop(0)
    library.add(range(0, 1))  # so that the store is another, and the pictures are the same
    assert answers(library.index()) == wanted
    assert library.file.read_bytes() == data
    note = json.loads(library.file.with_suffix(".json").read_text())
    assert "changes" not in note


def test_a_large_file_that_is_gone_takes_its_changes_along(library: Library) -> None:
    library.index()
    library.add(range(MANY, MANY + 1))
    library.index()
    library.file.unlink()
    assert not library.index().grown.is_changed
    assert not library.changes.exists()
    assert not library.index().grown.is_changed


def test_files_of_a_space_that_is_dropped_go_together(library: Library) -> None:
    library.index()
    library.add(range(MANY, MANY + 1))
    library.index()
    with library.store.writing(), library.store.transaction():
        library.store.drop_space(SPACE)
    library.derived.keep_those_of(library.store)
    assert list(library.derived.folder.iterdir()) == []
