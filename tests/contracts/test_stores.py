"""What `Store` promises, of every store."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from lookalike.errors import BadQuery, SpaceMismatch
from lookalike.protocols import Store
from lookalike.store import STORES
from lookalike.types import (
    SPACE_KINDS,
    Content,
    Difference,
    Failure,
    Keypoints,
    LocalFeatures,
    Space,
    Stamp,
    VerifiedPair,
)

SPACE = Space("convnet", "aaaa", 4, "cosine")
LOCAL = Space("sift", "cccc", 128, "cosine")
BITS = Space("phash", "bbbb", 16, "hamming")
STAMP = Stamp(bytes=10, mtime_ns=1_600_000_000_000_000_000, inode=7, device=1)


def content(number: int) -> Content:
    return Content(f"{number:064x}", 100 + number, (640, 480), "jpeg", "2021-05-17T10:00:00", ("scaled",))


def vectors(*numbers: int) -> np.ndarray:
    return np.array([[number, 0, 0, 1] for number in numbers], np.float32)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, new_store: Callable[[str], Store]) -> Store:
    return new_store(request.param)


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
    assert (store.count(), store.count_contents()) == (0, 0)
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
    assert (store.count(), store.count_contents()) == (3, 2)


def test_files_are_listed_as_records_are(store: Store) -> None:
    put(store, ("/b", 1), ("/a\udcff", 2), ("/A", 1))
    for where in (None, "name = a*", "width > 1 and not name = b", "width > 9000"):
        told = [(record.path, record.id, record.content.size) for record in store.records(where=where)]
        assert store.listed(where) == told
    with pytest.raises(BadQuery):
        store.listed("nonsense")


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
    beside = (("/a/bc", 4), ("/a/b.jpg", 5), ("/a/b0", 6), ("/a/b0/x", 7), ("/a/b-", 8))
    put(store, ("/a/b", 1), ("/a/b/x", 2), ("/a/b/y/z", 3), *beside)
    assert sorted(store.stamps(["/a/b"])) == ["/a/b", "/a/b/x", "/a/b/y/z"]
    assert len(store.stamps(["/"])) == 8
    assert store.stamps([]) == {}


def test_a_slash_at_the_end_of_a_folder_changes_nothing(store: Store) -> None:
    put(store, ("/a/b", 1), ("/a/c", 2))
    assert store.stamps(["/a/"]) == store.stamps(["/a"])


def test_paths_are_ordered_by_their_bytes(store: Store) -> None:
    odd, late = os.fsdecode(b"/\xff"), "/\uffff"  # the other way round as text
    put(store, (odd, 1), (late, 1))
    assert [record.path for record in store.records()] == [late, odd]
    with store.writing(), store.transaction():
        store.put_failures([Failure(path, "io", "") for path in (odd, late)])
    assert [failure.path for failure in store.failures()] == [late, odd]
    assert [failure.path for failure in store.failures(["/"])] == [late, odd]


@pytest.mark.parametrize(
    "stamp",
    [Stamp(10, 10**20, 7, 1), Stamp(10, -(10**20), 7, 1), Stamp(10, 1, 2**64 - 1, 2**63)],
    ids=["after 2262", "before 1677", "unsigned inode"],
)
def test_a_stamp_beyond_64_bits_survives(store: Store, stamp: Stamp) -> None:
    (known,) = put(store, ("/a", 1))
    with store.writing(), store.transaction():
        store.put_records([("/a", stamp, content(1).sha256)])
        store.put_failures([Failure("/b", "io", "", stamp)])
    assert store.stamps(["/"]) == {"/a": stamp, "/b": stamp}
    assert [(record.id, record.stamp) for record in store.records()] == [(known, stamp)]
    assert [failure.stamp for failure in store.failures()] == [stamp]


def test_a_file_that_changed_has_its_new_content(store: Store) -> None:
    (old,) = put(store, ("/a", 1), space=SPACE)
    (new,) = put(store, ("/a", 2))
    assert [(record.id, record.content) for record in store.records()] == [(new, content(2))]
    assert (store.ids().tolist(), store.missing(SPACE).tolist()) == ([new], [new])
    assert store.vector_ids(SPACE).tolist() == []
    assert [ids.tolist() for ids, _ in store.vectors(SPACE)] == [[old]]


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


def test_a_batch_is_the_callers_to_change(store: Store) -> None:
    (id,) = put(store, ("/a", 1), space=SPACE)
    ((ids, rows),) = store.vectors(SPACE)
    rows[:] = 9
    ids[:] = 9
    ((ids, rows),) = store.vectors(SPACE)
    assert (ids.dtype, ids.tolist(), rows.tolist()) == (np.int64, [id], vectors(id).tolist())


def test_what_is_put_is_a_copy_and_replaces_what_was_there(store: Store) -> None:
    (id,) = put(store, ("/a", 1), space=SPACE)
    rows = np.asfortranarray(vectors(5))
    with store.writing(), store.transaction():
        store.put(SPACE, np.array([id]), rows)
    rows[:] = 0
    ((_, found),) = store.vectors(SPACE)
    assert found.tolist() == vectors(5).tolist()


def test_of_rows_of_one_content_the_last_is_kept(store: Store) -> None:
    (id,) = put(store, ("/a", 1), space=SPACE)
    with store.writing(), store.transaction():
        store.put(SPACE, np.array([id, id]), vectors(5, 6))
        store.put_frames(SPACE, id, [1, 1], vectors(7, 8))
    assert [rows.tolist() for _, rows in store.vectors(SPACE)] == [vectors(6).tolist()]
    assert [rows.tolist() for _, _, rows in store.frames(SPACE)] == [vectors(8).tolist()]


def test_each_space_has_vectors_of_its_own(store: Store) -> None:
    first, second = put(store, ("/a", 1), ("/b", 2), space=SPACE)
    with store.writing(), store.transaction():
        store.add_space(BITS, "{}")
        store.put(BITS, np.array([second]), np.array([[1, 2]], np.uint8))
    assert (store.missing(BITS).tolist(), store.vector_ids(BITS).tolist()) == ([first], [second])
    assert (store.missing(SPACE).tolist(), store.vector_ids(SPACE).tolist()) == ([], [first, second])
    with store.writing(), store.transaction():
        store.drop_space(BITS)
        store.add_space(BITS, "{}")
    assert store.vector_ids(BITS).tolist() == []


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


def test_frames_have_rows_of_their_own_which_go_with_their_content_and_their_space(store: Store) -> None:
    first, second = put(store, ("/a", 1), ("/b", 2), space=SPACE)
    with store.writing(), store.transaction():
        store.add_space(BITS, "{}")
        store.put_frames(SPACE, second, [3, 9], vectors(30, 90))
        store.put_frames(SPACE, first, [5], vectors(50))
        store.put_frames(SPACE, first, [5], vectors(51))
    told = [
        (ids.tolist(), numbers.tolist(), rows[:, 0].tolist()) for ids, numbers, rows in store.frames(SPACE, batch=2)
    ]
    assert told == [([first, second], [5, 3], [51, 30]), ([second], [9], [90])]
    assert [rows.tolist() for _, rows in store.vectors(SPACE)] == [vectors(first, second).tolist()]
    assert (list(store.frames(BITS)), store.missing(SPACE).tolist()) == ([], [])
    with store.writing(), store.transaction():
        store.drop_records(["/b"])
    assert [ids.tolist() for ids, _, _ in store.frames(SPACE)] == [[first]]
    with store.writing():
        store.compact()
    put(store, ("/b", 2))
    assert [ids.tolist() for ids, _, _ in store.frames(SPACE)] == [[first]]
    with store.writing(), store.transaction():
        store.drop_space(SPACE)
        store.add_space(SPACE, "{}")
    assert list(store.frames(SPACE)) == []


def test_frames_that_do_not_fit_are_refused(store: Store) -> None:
    (id,) = put(store, ("/a", 1), space=SPACE)
    with store.writing(), store.transaction(), pytest.raises(ValueError, match="convnet takes"):
        store.put_frames(SPACE, id, [1, 2], vectors(1))
    with store.writing(), pytest.raises(ValueError, match="put_contents comes first"), store.transaction():
        store.put_frames(SPACE, id + 1, [1], vectors(1))


def test_frames_are_counted_where_they_were_not(store: Store) -> None:
    put(store, ("/a", 1))
    old = replace(content(2), frames=None)
    with store.writing(), store.transaction():
        store.put_contents([old])
        store.put_records([("/b", STAMP, old.sha256)])
    assert [record.content.frames for record in store.records()] == [1, None]
    assert [record.path for record in store.records(where="frames = 1")] == ["/a", "/b"]
    with store.writing(), store.transaction():
        store.put_contents([replace(old, frames=7), replace(content(1), frames=7)])
    assert [record.content.frames for record in store.records()] == [1, 7]
    assert [record.path for record in store.records(where="frames > 1")] == ["/b"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.missing(BITS),
        lambda store: store.vector_ids(BITS),
        lambda store: list(store.vectors(BITS)),
        lambda store: store.configuration(BITS),
        lambda store: store.drop_space(BITS),
        lambda store: store.put(BITS, np.array([1]), np.zeros((1, 2), np.uint8)),
    ],
    ids=["missing", "vector_ids", "vectors", "configuration", "drop_space", "put"],
)
def test_an_unknown_space_is_named_with_those_there_and_the_repair(store: Store, ask: Callable[[Store], None]) -> None:
    put(store, ("/a", 1), space=SPACE)
    told = r"phash bbbb.*convnet aaaa.*lookalike index PATH --describer phash"
    with pytest.raises(SpaceMismatch, match=told), store.writing(), store.transaction():
        ask(store)


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


def test_a_content_is_put_before_what_names_it(store: Store) -> None:
    (id,) = put(store, ("/a", 1), space=SPACE)
    with pytest.raises(ValueError, match="put_contents"), store.writing(), store.transaction():
        store.put_records([("/b", STAMP, content(9).sha256)])
    with pytest.raises(ValueError, match="put_contents"), store.writing(), store.transaction():
        store.put(SPACE, np.array([id, id + 1]), vectors(1, 2))
    assert (store.count(), store.vector_ids(SPACE).tolist()) == (1, [id])


def test_nothing_is_as_good_as_no_call(store: Store) -> None:
    put(store, ("/a", 1), space=SPACE)
    before = store.generation(SPACE)
    none = np.empty(0, np.int64)
    with store.writing(), store.transaction():
        added = store.put_contents([])
        store.put_records([])
        store.drop_records([])
        store.put_failures([])
        store.put(SPACE, none, np.empty((0, 4), np.float32))
    assert (added.dtype, added.shape) == (np.int64, (0,))
    assert (store.contents([]), store.failed_contents([]), store.failures([])) == ({}, {}, [])
    assert list(store.records(none)) == []
    assert store.generation(SPACE) == before


WRITES: dict[str, Callable[[Store], object]] = {
    "put_records": lambda store: store.put_records([("/a", STAMP, content(1).sha256)]),
    "drop_records": lambda store: store.drop_records(["/a"]),
    "put_contents": lambda store: store.put_contents([content(2)]),
    "add_space": lambda store: store.add_space(BITS, "{}"),
    "drop_space": lambda store: store.drop_space(SPACE),
    "put": lambda store: store.put(SPACE, np.array([1]), vectors(1)),
    "put_failures": lambda store: store.put_failures([Failure("/a", "io", "")]),
    "compact": lambda store: store.compact(),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_writing_outside_a_transaction_is_a_mistake_of_the_program(
    store: Store, write: Callable[[Store], object]
) -> None:
    put(store, ("/a", 1), space=SPACE)
    with pytest.raises(RuntimeError, match="with store"):
        write(store)
    assert (store.count(), store.spaces(), store.failures()) == (1, [SPACE], [])


def test_a_transaction_needs_the_lock(store: Store) -> None:
    with pytest.raises(RuntimeError, match="writing"), store.transaction():
        pass


def test_the_lock_and_the_transaction_are_one_at_a_time(store: Store) -> None:
    with store.writing(), store.transaction():
        with pytest.raises(RuntimeError, match="already"), store.transaction():
            pass
        with pytest.raises(RuntimeError, match="already"), store.writing():
            pass
        store.put_contents([content(1)])
    assert len(store.contents([content(1).sha256])) == 1


def test_an_error_lets_go_of_the_lock(store: Store) -> None:
    with contextlib.suppress(ZeroDivisionError), store.writing():
        raise ZeroDivisionError
    put(store, ("/a", 1))


def test_compact_keeps_what_a_file_needs_and_can_be_repeated(store: Store) -> None:
    _, second = put(store, ("/a", 1), ("/b", 2), space=SPACE)
    with store.writing():
        with store.transaction():
            store.drop_records(["/a"])
        store.compact()
        store.compact()
    assert [ids.tolist() for ids, _ in store.vectors(SPACE)] == [[second]]
    assert (store.ids().tolist(), store.contents([content(1).sha256])) == ([second], {})
    assert store.problems() == []
    assert store.bytes() > 0


def test_a_failure_changes_what_an_index_holds(store: Store) -> None:
    put(store, ("/a", 1), space=SPACE)
    before = store.generation(SPACE)
    with store.writing(), store.transaction():
        store.put_failures([Failure("/a", "truncated", "")])
    assert store.vector_ids(SPACE).tolist() == []
    assert store.generation(SPACE) > before


def test_a_path_has_one_failure_the_last(store: Store) -> None:
    last = Failure("/a", "truncated", "cut", STAMP)
    with store.writing(), store.transaction():
        store.put_failures([Failure("/a", "io", "")])
        store.put_failures([last])
    assert store.failures() == [last]


def test_filters_limit_ids_and_records(store: Store) -> None:
    first, second = put(store, ("/x/a.jpg", 1), ("/x/b.png", 2))
    assert store.ids("name = *.png").tolist() == [second]
    assert store.ids("bytes <= 101").tolist() == [first]
    assert [record.id for record in store.records(where="path = x/a.*")] == [first]
    assert [r.id for r in store.records(np.array([first]), "name = *.png")] == []


def test_a_filter_on_a_date_bears_any_time(store: Store) -> None:
    undated = Content("f" * 64, 1, (1, 1), "png")
    times = {"/past": -(10**20), "/now": STAMP.mtime_ns, "/future": 10**20, "/far": 10**30}
    with store.writing(), store.transaction():
        store.put_contents([undated])
        store.put_records([(path, Stamp(1, time, 1, 1), undated.sha256) for path, time in times.items()])
    assert [record.path for record in store.records(where="date >= 2100")] == ["/far", "/future"]
    assert [record.path for record in store.records(where="date < 1900")] == ["/past"]


def test_a_filter_that_does_not_parse_is_told(store: Store) -> None:
    with pytest.raises(BadQuery, match="character 6"):
        store.ids("width")
    with pytest.raises(BadQuery, match="character 6"):
        list(store.records(where="width"))


def test_a_calibration_is_kept_replaced_and_followed_by_no_index(store: Store) -> None:
    put(store, ("/a.jpg", 1), space=SPACE)
    before = store.generation(SPACE)
    assert store.calibration("key") is None
    for text in ("one", "two"):
        with store.writing(), store.transaction():
            store.put_calibration("key", text)
        assert (store.calibration("key"), store.calibrations()) == (text, {"key": text})
    assert store.generation(SPACE) == before
    with contextlib.suppress(ZeroDivisionError), store.writing(), store.transaction():
        store.put_calibration("key", "three")
        raise ZeroDivisionError
    assert store.calibration("key") == "two"
    with pytest.raises(RuntimeError, match="transaction"):
        store.put_calibration("key", "four")


def put_local(store: Store, features: dict[int, LocalFeatures]) -> None:
    with store.writing(), store.transaction():
        store.add_space(LOCAL, '{"side": 320}', "local")
        store.put_local(LOCAL, features)


def local(k: int) -> LocalFeatures:
    """So many features."""
    rows = np.eye(k, 128, dtype=np.float32)
    keypoints = Keypoints(np.arange(2 * k, dtype=np.float32).reshape(k, 2), np.ones(k, np.float32), (640, 480))
    return LocalFeatures(keypoints, rows)


def test_local_features_are_kept_of_any_number(store: Store) -> None:
    a, b, c = put(store, ("/a", 1), ("/b", 2), ("/c", 3), space=SPACE)
    put_local(store, {b: local(3), a: local(7)})
    put_local(store, {b: local(0)})
    assert [(id, len(features)) for id, features in store.local(LOCAL)] == [(a, 7), (b, 0)]
    assert [id for id, _ in store.local(LOCAL, np.array([b, c]))] == [b]
    packed = dict(store.packed(LOCAL))
    put_local(store, packed)
    assert (dict(store.packed(LOCAL)), dict(store.packed(LOCAL, np.array([b, c])))) == (packed, {b: packed[b]})
    ((_, found),) = store.local(LOCAL, np.array([a]))
    np.testing.assert_allclose(found.keypoints.xy, np.arange(14).reshape(7, 2), atol=0.02)
    np.testing.assert_allclose(found.descriptors, np.eye(7, 128), atol=0.01)
    assert found.kind == LOCAL.name
    assert store.missing(LOCAL).tolist() == [c]
    assert store.vector_ids(LOCAL).tolist() == [a, b]


def test_spaces_of_vectors_and_of_local_features_are_told_apart(store: Store) -> None:
    put(store, ("/a", 1), space=SPACE)
    put_local(store, {})
    put_local(store, {})
    assert (store.spaces(), store.spaces("local")) == ([SPACE], [LOCAL])
    assert store.configuration(LOCAL) == '{"side": 320}'


def test_a_dropped_space_of_local_features_is_gone(store: Store) -> None:
    (a,) = put(store, ("/a", 1))
    put_local(store, {a: local(1)})
    with store.writing(), store.transaction():
        store.drop_space(LOCAL)
    assert store.spaces("local") == []
    with pytest.raises(SpaceMismatch):
        list(store.local(LOCAL))


def test_local_features_of_a_stranger_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="put_contents comes first"):
        put_local(store, {99: local(1)})


def judge(store: Store, name: str, compared: list[int], *found: VerifiedPair) -> None:
    with store.writing(), store.transaction():
        store.put_relations(name, np.array(compared, np.int64), found)


def test_relations_are_kept_by_judge(store: Store) -> None:
    a, b, c = put(store, ("/a", 1), ("/b", 2), ("/c", 3))
    judge(store, "strict", [b, a], VerifiedPair(a, c, "scene", 0.5), VerifiedPair(a, b, "copy", 0.75))
    judge(store, "lenient", [c])
    judge(store, "strict", [c], VerifiedPair(a, c, "copy", 1.0))
    assert store.relations("strict") == [VerifiedPair(a, b, "copy", 0.75), VerifiedPair(a, c, "copy", 1.0)]
    assert store.compared("strict").tolist() == [a, b, c]
    assert (store.relations("lenient"), store.compared("lenient").tolist()) == ([], [c])
    assert store.judges() == ["lenient", "strict"]
    assert (store.relations("nobody"), store.compared("nobody").tolist()) == ([], [])


def test_relations_change_nothing_that_an_index_follows(store: Store) -> None:
    a, b = put(store, ("/a", 1), ("/b", 2), space=SPACE)
    before = store.generation(SPACE)
    judge(store, "strict", [a], VerifiedPair(a, b, "copy", 1.0))
    assert store.generation(SPACE) == before


def test_compact_drops_what_is_known_of_contents_without_a_file(store: Store) -> None:
    a, b, c = put(store, ("/a", 1), ("/b", 2), ("/c", 3))
    put_local(store, {a: local(1), b: local(2)})
    judge(store, "strict", [a, b, c], VerifiedPair(a, b, "copy", 1.0), VerifiedPair(a, c, "scene", 0.5))
    with store.writing(), store.transaction():
        store.drop_records(["/b"])
    assert store.compared("strict").tolist() == [a, c]
    with store.writing():
        store.compact()
    assert [id for id, _ in store.local(LOCAL)] == [a]
    assert store.relations("strict") == [VerifiedPair(a, c, "scene", 0.5)]
    assert store.problems() == []


def test_small_planes_are_rows_but_no_channel(store: Store) -> None:
    space = Space("plane", "dddd", 6, "correlation")
    a, b = put(store, ("/a", 1), ("/b", 2), space=SPACE)
    planes = np.arange(6, dtype=np.uint8)[None]
    with store.writing(), store.transaction():
        store.add_space(space, '{"long": 3}', "planes")
        store.put(space, np.array([a]), planes)
    assert (store.spaces(), store.spaces("local"), store.spaces("planes")) == ([SPACE], [], [space])
    assert store.configuration(space) == '{"long": 3}'
    ((ids, rows),) = store.vectors(space)
    assert (ids.tolist(), rows.dtype, rows.tolist()) == ([a], np.uint8, planes.tolist())
    assert store.missing(space).tolist() == [b]
    assert store.problems() == []
    with store.writing(), store.transaction():
        store.drop_records(["/a"])
    with store.writing():
        store.compact()
    assert list(store.vectors(space)) == []
    with store.writing(), store.transaction():
        store.drop_space(space)
    assert store.spaces("planes") == []
    with pytest.raises(SpaceMismatch):
        list(store.vectors(space))


def test_what_is_sound_loses_nothing_by_repair(store: Store) -> None:
    put(store, ("/a", 1), ("/b", 2), space=SPACE)
    before = list(store.records())
    with store.writing():
        assert store.remove_damaged() == []
    assert (list(store.records()), store.missing(SPACE).tolist()) == (before, [])
    with pytest.raises(RuntimeError, match="lock"):
        store.remove_damaged()


def test_every_kind_of_space_is_listed_alone_in_the_order_of_adding(store: Store) -> None:
    spaces = {kind: [Space(f"{kind}{n}", "aaaa", 8, "cosine") for n in (2, 1)] for kind in SPACE_KINDS}
    with store.writing(), store.transaction():
        for kind in reversed(SPACE_KINDS):
            for space in spaces[kind]:
                store.add_space(space, f'"{space.name}"', kind)
    for kind in SPACE_KINDS:
        assert store.spaces(kind) == spaces[kind]
        assert [store.configuration(space) for space in spaces[kind]] == [f'"{space.name}"' for space in spaces[kind]]


def test_all_that_is_proved_of_a_pair_comes_back(store: Store) -> None:
    a, b = put(store, ("/a", 1), ("/b", 2))
    place = Difference((1.0, 2.0, 3.0, 4.0), (5.0, 6.0, 7.0, 8.0), 0.25, "colour")
    pair = VerifiedPair(a, b, "variant", 0.5, (0.75, 1.0), ("resized to 50 %",), (place,))
    judge(store, "strict", [a, b], pair)
    assert store.relations("strict") == [pair]
