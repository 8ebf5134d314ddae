"""Damage in silence: a bit that flips, a sector that is lost, a file cut short. Each is found, or changes nothing."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike.errors import LibraryDamaged, LookalikeError
from lookalike.index.current import current
from lookalike.index.derived import Derived
from lookalike.index.similarity import similarity
from lookalike.protocols import Store
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Failure, VerifiedPair

TRIALS = 200
PICTURES = 12


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with something in every table, closed."""
    folder = tmp_path_factory.mktemp("whole")
    photos = folder / "photos"
    photos.mkdir()
    for seed in range(PICTURES):
        coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((160, 120), Image.Resampling.BICUBIC).save(photos / f"{seed}.bmp")
    with lookalike.open(folder / "library") as library:
        library.index(photos, describers=["phash", "histogram"])
        library.build_indexes()
    store = SQLiteStore.open(folder / "library")
    ids = store.ids()
    with store.writing(), store.transaction():
        store.put_calibration("key", "text")
        space = store.spaces()[0]
        store.put_frames(space, 10, [5, 9], np.concatenate([rows[:2] for _, rows in store.vectors(space)]))
        store.put_relations("judge", ids[:4], [VerifiedPair(1, 2, "copy", 0.5), VerifiedPair(1, 3, "scene", 0.25)])
        store.put_failures([Failure("/gone.png", "truncated", "cut", None, f"{7:064x}")])
    store.close()
    with lookalike.open(folder / "library") as library:
        library.build_indexes()
    return folder / "library"


@pytest.fixture
def broken(whole: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(whole, tmp_path / "library"))


def told(folder: Path) -> list[Any]:
    """All that a library says of itself, and whom it finds for each of its own pictures."""
    store = SQLiteStore.open(folder, write=False)
    try:
        return [*_kept(store), *_found(store, Derived(folder / "indexes"))]
    finally:
        store.close()


def _kept(store: Store) -> Iterator[Any]:
    spaces = (*store.spaces(), *store.spaces("planes"))
    yield spaces
    yield [store.configuration(space) for space in (*spaces, *store.spaces("local"))]
    yield list(store.records())
    yield [(ids.tolist(), rows.tobytes()) for space in spaces for ids, rows in store.vectors(space)]
    yield [(ids.tolist(), at.tolist(), rows.tobytes()) for space in spaces for ids, at, rows in store.frames(space)]
    for space in store.spaces("local"):
        yield [(id, each.descriptors.tobytes(), each.keypoints.xy.tobytes()) for id, each in store.local(space)]
    yield store.failures()
    yield store.calibration("key"), store.compared("judge").tolist(), store.relations("judge")


def _found(store: Store, derived: Derived) -> Iterator[Any]:
    for space in store.spaces():
        index = current(derived, store, space)
        for id in store.ids()[:3]:
            ((_, own),) = store.vectors(space, np.array([id]))
            hits = index.search(own, 5)[0]
            ((found, vectors),) = store.vectors(space, hits.ids)
            scores = similarity(space, own, vectors)
            assert np.isfinite(scores).all()
            assert ((scores >= -1) & (scores <= 1)).all()
            yield space, hits.ids.tolist(), hits.scores.tolist(), found.tolist(), scores.tolist()


def problems(folder: Path) -> list[str]:
    """What `verify` finds."""
    try:
        store = SQLiteStore.open(folder, write=False)
    except LookalikeError as error:
        return [str(error)]
    try:
        return store.problems()
    finally:
        store.close()


def test_random_damage_is_found_or_changes_nothing(
    whole: Path, tmp_path: Path, reliability: Callable[[str], ModuleType]
) -> None:
    damage, chance, good = reliability("damage").damage, random.Random(0), told(whole)
    errors = same = 0
    for trial in range(TRIALS):
        folder = Path(shutil.copytree(whole, tmp_path / str(trial)))
        what = damage(folder, chance)
        try:
            answer = told(folder)
        except LookalikeError:
            errors += 1
            assert problems(folder), f"{what}: an error, but `verify` finds nothing"
        else:
            same += answer == good
            assert answer == good or problems(folder), f"{what}: another answer, and `verify` finds nothing"
        shutil.rmtree(folder)
    assert errors > TRIALS // 10
    assert same > TRIALS // 10


def change(folder: Path, text: str, *values: object) -> None:
    """As a disk would that changed a row: without its checksum."""
    connection = sqlite3.connect(folder / "library.sqlite")
    connection.execute(text, values)
    connection.commit()
    connection.close()


def repair(folder: Path) -> tuple[list[str], list[str]]:
    """The files that are to be read again, and what is then still wrong."""
    store = SQLiteStore.open(folder)
    with store.writing():
        again = store.remove_damaged()
    left = store.problems()
    store.close()
    return again, left


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("UPDATE records SET path = x'2f61' WHERE content = 3", "records"),
        ("UPDATE records SET content = 4 WHERE content = 3", "records"),
        ("UPDATE contents SET width = 161 WHERE id = 3", "contents"),
        ("UPDATE contents SET flags = CAST(x'5bff5d' AS TEXT) WHERE id = 3", "contents"),
        ("UPDATE failures SET reason = 'tsuncated'", "failures"),
        ("UPDATE spaces SET configuration = replace(configuration, '8', '9') WHERE name = 'phash'", "spaces"),
        ("UPDATE calibrations SET text = 'uext'", "calibrations"),
        ("UPDATE compared SET content = 5 WHERE content = 4", "compared"),
        ("UPDATE relations SET score = 1e20 WHERE b = 2", "relations"),
        ("UPDATE frames SET number = 6 WHERE number = 5", "frames"),
    ],
)
def test_a_changed_row_of_any_table_is_found_never_told_and_goes_with_repair(
    broken: Path, text: str, table: str
) -> None:
    change(broken, text)
    with pytest.raises(LibraryDamaged, match=f"{table} .*lookalike repair"):
        told(broken)
    assert f"a row of the {table}" in "".join(problems(broken))
    assert repair(broken)[1] == []
    told(broken)


@pytest.mark.parametrize("number", range(1, 5))
def test_one_bit_of_a_row_of_any_space_is_found_never_told_and_missing_after_repair(broken: Path, number: int) -> None:
    connection = sqlite3.connect(broken / "library.sqlite")
    (row,) = connection.execute(f"SELECT vector FROM vectors_{number} WHERE content = 3").fetchone()
    connection.close()
    data = bytearray(row)
    data[len(data) // 2] ^= 0x40
    change(broken, f"UPDATE vectors_{number} SET vector = ? WHERE content = 3", bytes(data))
    with pytest.raises(LibraryDamaged, match=r"content 3 .*damaged; run `lookalike repair`"):
        told(broken)
    (problem,) = problems(broken)
    assert "content 3" in problem
    assert repair(broken) == ([], [])
    store = SQLiteStore.open(broken, write=False)
    spaces = (*store.spaces(), *store.spaces("local"), *store.spaces("planes"))
    assert sorted(store.missing(space).tolist() for space in spaces) == [[], [], [], [3]]
    store.close()


def test_a_picture_of_which_a_frame_is_damaged_is_described_again(broken: Path) -> None:
    change(broken, "UPDATE frames SET vector = zeroblob(length(vector)) WHERE number = 9")
    assert repair(broken) == ([], [])
    store = SQLiteStore.open(broken, write=False)
    assert [store.missing(space).tolist() for space in store.spaces()] == [[10], [10]]
    store.close()


def test_two_rows_that_changed_places_are_found(broken: Path) -> None:
    change(broken, "UPDATE vectors_1 SET content = content + 100")
    change(broken, "UPDATE vectors_1 SET content = 113 - content")
    assert sum("does not fit its checksum" in problem for problem in problems(broken)) == PICTURES


def test_repair_makes_anew_what_was_lost(broken: Path) -> None:
    change(broken, "UPDATE vectors_1 SET vector = zeroblob(length(vector)) WHERE content IN (2, 5)")
    change(broken, "UPDATE records SET mtime_ns = 7 WHERE content = 6")
    change(broken, "UPDATE contents SET height = 1 WHERE id = 9")
    with lookalike.open(broken) as library:
        assert len(library.verify()) == 4
        report = library.repair()
        assert (report.added, library.verify()) == (2, [])
        asked = {Path(record.path).name: record for record in library.store.records()}
        assert len(asked) == PICTURES
        assert all(library.search(record.path, k=1)[0].record == record for record in asked.values())


def test_repair_goes_on_where_one_was_stopped_after_it_removed_what_was_damaged(broken: Path) -> None:
    change(broken, "UPDATE vectors_1 SET vector = zeroblob(length(vector)) WHERE content IN (2, 5)")
    change(broken, "UPDATE records SET mtime_ns = 7 WHERE content = 6")
    (lost,), left = repair(broken)
    assert left == []
    with lookalike.open(broken) as library:
        (failure,) = library.store.failures([lost])
        assert failure.reason == "io"
        assert library.repair().added == 1
        assert library.store.failures([lost]) == []
        assert len(list(library.store.records())) == PICTURES
        assert [library.store.missing(space).tolist() for space in library.store.spaces()] == [[], []]


def test_a_file_that_is_gone_since_is_none_to_read_again(broken: Path, tmp_path: Path) -> None:
    change(broken, "UPDATE records SET path = CAST('/not/there.png' AS BLOB) WHERE content = 3")
    with lookalike.open(broken) as library:
        assert library.repair().seen == 0
        assert library.store.failures(["/not"]) == []
        assert library.verify() == []


def test_a_space_whose_table_is_lost_goes_with_repair(broken: Path) -> None:
    change(broken, "DROP TABLE vectors_2")
    assert len(problems(broken)) == 1
    assert repair(broken) == ([], [])
    store = SQLiteStore.open(broken, write=False)
    assert len((*store.spaces(), *store.spaces("local"), *store.spaces("planes"))) == 3
    store.close()


def test_what_is_no_single_row_is_beyond_repair_and_left_as_it_was(broken: Path) -> None:
    file = broken / "library.sqlite"
    data = bytearray(file.read_bytes())
    for page in range(2, len(data) // 4096 - 1):
        data[page * 4096 : page * 4096 + 64] = bytes(64)
    file.write_bytes(data)
    with pytest.raises(LibraryDamaged, match="index"):
        repair(broken)
    assert file.read_bytes() == data


def test_a_library_of_the_format_before_checksums_is_given_them(whole: Path, tmp_path: Path) -> None:
    from lookalike.store.connection import create
    from lookalike.store.schema import CHECKED_FIRST, MIGRATIONS

    old = tmp_path / "old"
    old.mkdir()
    create(old, MIGRATIONS[:4])
    connection = sqlite3.connect(old / "library.sqlite")
    connection.execute("ATTACH ? AS new", [str(whole / "library.sqlite")])
    connection.execute("DELETE FROM generation")
    connection.execute("INSERT INTO generation SELECT * FROM new.generation")
    for table, columns in CHECKED_FIRST.items():
        kept = ", ".join((*columns, *{"contents": ("id",), "spaces": ("number",)}.get(table, ())))
        connection.execute(f"INSERT INTO {table} ({kept}) SELECT {kept} FROM new.{table}")
    for number in range(1, 5):
        connection.execute(f"CREATE TABLE vectors_{number} (content INTEGER PRIMARY KEY, vector BLOB NOT NULL)")
        connection.execute(f"INSERT INTO vectors_{number} SELECT content, vector FROM new.vectors_{number}")
    connection.commit()
    connection.close()
    SQLiteStore.create(old).close()
    assert problems(old) == []
    unframed = Path(shutil.copytree(whole, tmp_path / "unframed"))
    for table in ("frames", "compared", "relations"):  # pairs are proved anew, with what differs
        change(unframed, f"DELETE FROM {table}")
    assert told(old) == told(unframed)
