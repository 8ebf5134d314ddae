from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lookalike.errors import LibraryBusy, LibraryDamaged, LibraryFormat, LibraryMissing
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Content, Space, Stamp

SPACE = Space("convnet", "aaaa", 4, "cosine")


def fill(folder: Path, count: int) -> None:
    store = SQLiteStore.create(folder)
    contents = [Content(f"{number:064x}", 1, (2, 2), "png") for number in range(count)]
    with store.writing(), store.transaction():
        store.add_space(SPACE, "{}")
        ids = store.put_contents(contents)
        store.put_records([(f"/{c.sha256}", Stamp(1, 1, number, 1), c.sha256) for number, c in enumerate(contents)])
        store.put(SPACE, ids, np.ones((count, 4), np.float32))
    store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "library", 2000)
    return tmp_path / "library"


def database(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "library.sqlite")


def test_a_folder_without_a_library_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LibraryMissing, match="lookalike index"):
        SQLiteStore.open(tmp_path)


def test_what_is_no_database_is_damaged(folder: Path) -> None:
    (folder / "library.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(LibraryDamaged):
        SQLiteStore.open(folder)


def test_a_database_of_another_program_is_not_taken(tmp_path: Path) -> None:
    connection = database(tmp_path)
    connection.execute("CREATE TABLE x (y)")
    connection.close()
    with pytest.raises(LibraryDamaged, match="not the database of a lookalike library"):
        SQLiteStore.open(tmp_path)
    with pytest.raises(LibraryDamaged):
        SQLiteStore.create(tmp_path)


def test_damaged_pages_are_a_problem_or_an_error(folder: Path) -> None:
    file = folder / "library.sqlite"
    data = bytearray(file.read_bytes())
    for page in range(3, len(data) // 4096 - 1):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(data)
    store = SQLiteStore.open(folder, write=False)
    assert store.problems()
    with pytest.raises(LibraryDamaged):
        list(store.records())
    store.close()


def test_a_newer_format_is_refused(folder: Path) -> None:
    connection = database(folder)
    connection.execute("PRAGMA user_version = 77")
    connection.close()
    for attempt in (SQLiteStore.open, SQLiteStore.create):
        with pytest.raises(LibraryFormat, match="77"):
            attempt(folder)


def test_a_short_vector_and_one_that_is_not_finite_are_problems(folder: Path) -> None:
    connection = database(folder)
    connection.execute("UPDATE vectors_1 SET vector = x'00' WHERE content = 1")
    connection.execute("UPDATE vectors_1 SET vector = ? WHERE content = 2", (np.full(4, np.nan, "<f4").tobytes(),))
    connection.execute("INSERT INTO vectors_1 VALUES (99999, x'00000000000000000000000000000000')")
    connection.commit()
    connection.close()
    store = SQLiteStore.open(folder, write=False)
    problems = "\n".join(store.problems())
    store.close()
    assert "content 1 has 1 bytes, not 16" in problems
    assert "content 2 is not finite" in problems
    assert "vectors_1 speaks of a content that is not there" in problems


HOLD = """
import sys, time
from pathlib import Path
from lookalike.store.sqlite import SQLiteStore
store = SQLiteStore.open(Path(sys.argv[1]))
with store.writing():
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_writer_elsewhere_is_named_and_its_death_frees_the_lock(folder: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        store = SQLiteStore.open(folder)
        with pytest.raises(LibraryBusy, match=f"process {holder.pid} on "), store.writing():
            pass
        holder.kill()
        holder.wait()
        with store.writing():
            pass
        store.close()


def test_a_reader_sees_the_old_state_while_a_transaction_is_open(folder: Path) -> None:
    writer, reader = SQLiteStore.open(folder), SQLiteStore.open(folder, write=False)
    path = f"/{0:064x}"
    with writer.writing():
        with writer.transaction():
            writer.drop_records([path])
            assert reader.count() == 2000
        assert reader.count() == 1999
    writer.close()
    reader.close()


def test_writing_without_a_transaction_is_a_mistake_of_the_program(folder: Path) -> None:
    store = SQLiteStore.open(folder)
    with pytest.raises(RuntimeError, match="transaction"):
        store.drop_records(["/x"])
    store.close()


def test_compact_gives_space_back(folder: Path) -> None:
    store = SQLiteStore.open(folder)
    with store.writing():
        with store.transaction():
            store.drop_records([record.path for record in store.records()])
        before = store.bytes()
        store.compact()
    assert store.bytes() < before / 2
    assert store.problems() == []
    store.close()
