"""What `Store` promises, of every store."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import numpy as np
import pytest

from lookalike.errors import SpaceMismatch
from lookalike.protocols import Store
from lookalike.store.memory import MemoryStore
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Content, Failure, Space, Stamp

SPACE = Space("convnet", "aaaa", 4, "cosine")
BITS = Space("phash", "bbbb", 16, "hamming")
STAMP = Stamp(bytes=10, mtime_ns=1_600_000_000_000_000_000, inode=7, device=1)


def content(number: int) -> Content:
    return Content(f"{number:064x}", 100 + number, (640, 480), "jpeg", "2021-05-17T10:00:00", ("scaled",))


def vectors(*numbers: int) -> np.ndarray:
    return np.array([[number, 0, 0, 1] for number in numbers], np.float32)


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = SQLiteStore.create(tmp_path / "library")
    yield opened
    opened.close()


def put(store: Store, *files: tuple[str, int], space: Space | None = None) -> list[int]:
    """Files, each with a content by its number, in one transaction; the ids."""
    with store.writing(), store.transaction():
        if space is not None:
            store.add_space(space, "{}")
        ids = store.put_contents([content(number) for _, number in files])
        store.put_records([(path, STAMP, content(number).sha256) for path, number in files])
        if space is not None:
            store.put(space, ids, vectors(*ids.tolist()))
    return ids.tolist()


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.count() == 0
    assert store.ids().tolist() == []
    assert store.spaces() == []
    assert store.failures() == []
    assert list(store.records()) == []
    assert store.stamps(["/"]) == {}
    assert store.problems() == []


def test_records_come_back_by_id_then_path(store: Store) -> None:
    first, second = put(store, ("/b", 1), ("/a", 2))
    put(store, ("/A", 1))
    assert [(record.id, record.path) for record in store.records()] == [(first, "/A"), (first, "/b"), (second, "/a")]
    record = next(store.records(np.array([second])))
    assert (record.path, record.stamp, record.content) == ("/a", STAMP, content(2))
    assert store.count() == 3


def test_contents_are_added_once_and_ids_come_in_the_order_given(store: Store) -> None:
    first, second = put(store, ("/a", 1), ("/b", 2))
    with store.writing(), store.transaction():
        again = store.put_contents([content(2), content(3), content(1)]).tolist()
    assert again[0] == second
    assert again[2] == first
    assert again[1] not in (first, second)
    known = store.contents([content(1).sha256, content(9).sha256])
    assert known == {content(1).sha256: (first, content(1))}


def test_ids_are_never_given_twice(store: Store) -> None:
    (last,) = put(store, ("/a", 1))
    with store.writing(), store.transaction():
        store.drop_records(["/a"])
    with store.writing():
        store.compact()
    assert put(store, ("/b", 2))[0] > last


def test_a_path_below_is_not_one_beside(store: Store) -> None:
    put(store, ("/a/b", 1), ("/a/b/x", 2), ("/a/b/y/z", 3), ("/a/bc", 4), ("/a/b.jpg", 5))
    assert sorted(store.stamps(["/a/b"])) == ["/a/b", "/a/b/x", "/a/b/y/z"]
    assert len(store.stamps(["/"])) == 5
    assert store.stamps([]) == {}


def test_any_file_name_survives(store: Store) -> None:
    name = os.fsdecode(b"/folder/\xff\xfe 'quoted'\n.jpg")
    put(store, (name, 1))
    assert next(store.records()).path == name
    assert list(store.stamps(["/folder"])) == [name]


def test_a_failure_drops_the_record_and_a_record_clears_the_failure(store: Store) -> None:
    put(store, ("/a", 1))
    failure = Failure("/a", "truncated", "cut", STAMP, content(8).sha256)
    with store.writing(), store.transaction():
        store.put_failures([failure])
    assert (store.count(), store.failures(), store.failures(["/b"])) == (0, [failure], [])
    assert store.stamps(["/"]) == {"/a": STAMP}
    assert store.failed_contents([content(8).sha256, content(1).sha256]) == {content(8).sha256: failure}
    put(store, ("/a", 1))
    assert (store.count(), store.failures()) == (1, [])


def test_a_failure_without_a_stamp_is_not_known_as_unchanged(store: Store) -> None:
    with store.writing(), store.transaction():
        store.put_failures([Failure("/a", "permission", "no")])
    assert store.stamps(["/"]) == {}
    assert [failure.path for failure in store.failures(["/a"])] == ["/a"]


def test_dropping_forgets_files_and_failures_but_keeps_contents_until_compact(store: Store) -> None:
    (id,) = put(store, ("/a", 1), space=SPACE)
    with store.writing(), store.transaction():
        store.put_failures([Failure("/b", "io", "")])
        store.drop_records(["/a", "/b", "/absent"])
    assert (store.count(), store.failures(), store.ids().tolist()) == (0, [], [])
    assert store.contents([content(1).sha256])[content(1).sha256][0] == id
    assert [ids.tolist() for ids, _ in store.vectors(SPACE)] == [[id]]
    assert store.vector_ids(SPACE).tolist() == []
    with store.writing():
        store.compact()
    assert store.contents([content(1).sha256]) == {}
    assert list(store.vectors(SPACE)) == []


def test_vectors_come_back_in_batches_by_id(store: Store) -> None:
    ids = put(store, *((f"/{number}", number) for number in range(10)), space=SPACE)
    batches = list(store.vectors(SPACE, batch=4))
    assert [len(found) for found, _ in batches] == [4, 4, 2]
    assert np.concatenate([rows for _, rows in batches]).tolist() == vectors(*ids).tolist()
    ((found, rows),) = store.vectors(SPACE, np.array([ids[7], ids[2], 10**9]))
    assert found.tolist() == [ids[2], ids[7]]
    assert (rows.dtype, rows.tolist()) == (np.float32, vectors(ids[2], ids[7]).tolist())
    assert list(store.vectors(SPACE, np.empty(0, np.int64))) == []


def test_bits_are_stored_as_bytes(store: Store) -> None:
    (id,) = put(store, ("/a", 1))
    rows = np.array([[1, 255]], np.uint8)
    with store.writing(), store.transaction():
        store.add_space(BITS, '{"name": "phash"}')
        store.put(BITS, np.array([id]), rows)
    ((_, found),) = store.vectors(BITS)
    assert (found.dtype, found.tolist()) == (np.uint8, rows.tolist())
    assert store.configuration(BITS) == '{"name": "phash"}'


def test_missing_are_contents_with_a_file_and_without_a_vector(store: Store) -> None:
    put(store, ("/a", 1), space=SPACE)
    (second,) = put(store, ("/b", 2))
    assert store.missing(SPACE).tolist() == [second]
    with store.writing(), store.transaction():
        store.drop_records(["/b"])
    assert store.missing(SPACE).tolist() == []


def test_a_space_is_added_once_and_dropped_with_its_vectors(store: Store) -> None:
    put(store, ("/a", 1), space=SPACE)
    with store.writing(), store.transaction():
        store.add_space(SPACE, "other")
        store.add_space(BITS, "{}")
    assert (store.spaces(), store.configuration(SPACE)) == ([SPACE, BITS], "{}")
    with store.writing(), store.transaction():
        store.drop_space(SPACE)
    assert store.spaces() == [BITS]


def test_an_unknown_space_is_named_with_those_there_and_the_repair(store: Store) -> None:
    put(store, ("/a", 1), space=SPACE)
    with pytest.raises(SpaceMismatch, match=r"phash bbbb.*convnet aaaa.*--describer phash"):
        store.missing(BITS)


@pytest.mark.parametrize(
    "rows", [np.zeros((1, 3), np.float32), np.zeros((2, 4), np.float32), np.zeros((1, 4)), np.full((1, 4), np.nan)]
)
def test_rows_that_do_not_fit_are_refused(store: Store, rows: np.ndarray) -> None:
    (id,) = put(store, ("/a", 1), space=SPACE)
    rows = rows.astype(np.float32) if np.isnan(rows).any() else rows
    with pytest.raises(ValueError, match="convnet"), store.writing(), store.transaction():
        store.put(SPACE, np.array([id]), rows)


def test_the_generation_grows_with_what_an_index_must_follow(store: Store) -> None:
    seen = []
    (id,) = put(store, ("/a", 1), space=SPACE)
    seen.append(store.generation(SPACE))
    put(store, ("/b", 2), space=SPACE)
    seen.append(store.generation(SPACE))
    with store.writing(), store.transaction():
        store.put(SPACE, np.array([id]), vectors(99))
    seen.append(store.generation(SPACE))
    with store.writing(), store.transaction():
        store.drop_records(["/b"])
    seen.append(store.generation(SPACE))
    assert seen == sorted(set(seen))
    with store.writing(), store.transaction():
        pass
    assert store.generation(SPACE) == seen[-1]


def test_an_error_undoes_the_whole_transaction(store: Store) -> None:
    put(store, ("/a", 1), space=SPACE)
    before = store.generation(SPACE)
    with contextlib.suppress(ZeroDivisionError), store.writing(), store.transaction():
        store.put_contents([content(2)])
        store.drop_records(["/a"])
        raise ZeroDivisionError
    assert (store.count(), store.contents([content(2).sha256]), store.generation(SPACE)) == (1, {}, before)


def test_writing_needs_the_lock(store: Store) -> None:
    with pytest.raises(RuntimeError, match="writing"), store.transaction():
        pass


def test_filters_limit_ids_and_records(store: Store) -> None:
    first, second = put(store, ("/x/a.jpg", 1), ("/x/b.png", 2))
    assert store.ids("name = *.png").tolist() == [second]
    assert store.ids("bytes <= 101").tolist() == [first]
    assert [record.id for record in store.records(where="path = x/a.*")] == [first]
    assert [r.id for r in store.records(np.array([first]), "name = *.png")] == []
