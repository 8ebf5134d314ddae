from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from lookalike.errors import LibraryBusy, LibraryDamaged
from lookalike.store.connection import create
from lookalike.store.schema import MIGRATIONS
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


def test_damaged_pages_are_a_problem_or_an_error(folder: Path) -> None:
    file = folder / "library.sqlite"
    data = bytearray(file.read_bytes())
    for page in range(40, 160):  # before and behind are descriptions of tables, without which nothing opens
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(data)
    store = SQLiteStore.open(folder, write=False)
    assert store.problems()
    with pytest.raises(LibraryDamaged):
        list(store.records())
    store.close()


def test_a_short_vector_and_one_that_is_not_finite_are_problems(folder: Path) -> None:
    connection = database(folder)
    connection.execute("UPDATE vectors_1 SET vector = x'00' WHERE content = 1")
    connection.execute("UPDATE vectors_1 SET vector = ? WHERE content = 2", (np.full(4, np.nan, "<f4").tobytes(),))
    connection.execute("INSERT INTO vectors_1 VALUES (99999, 0, x'00000000000000000000000000000000')")
    connection.commit()
    connection.close()
    store = SQLiteStore.open(folder, write=False)
    problems = "\n".join(store.problems())
    store.close()
    assert "content 1 has 1 bytes, not 16" in problems
    assert "content 2 does not fit its checksum" in problems
    assert "vectors_1 speaks of a content that is not there" in problems


HOLD = """
import sys, time
from pathlib import Path
from lookalike.store.connection import create
from lookalike.store.schema import MIGRATIONS
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


def test_a_vector_of_another_length_is_damage_when_it_is_read(folder: Path) -> None:
    connection = database(folder)
    connection.execute("UPDATE vectors_1 SET vector = x'00' WHERE content = 1")
    connection.execute("UPDATE vectors_1 SET vector = zeroblob(31) WHERE content = 2")  # the sum is right
    connection.commit()
    connection.close()
    store = SQLiteStore.open(folder, write=False)
    with pytest.raises(LibraryDamaged, match="content 1 has 1 bytes, not 16"):
        list(store.vectors(SPACE))
    assert len(list(store.vectors(SPACE, np.array([3])))) == 1
    store.close()


def test_a_space_without_its_table_is_a_problem(folder: Path) -> None:
    connection = database(folder)
    connection.execute("DROP TABLE vectors_1")
    connection.commit()
    connection.close()
    store = SQLiteStore.open(folder, write=False)
    (problem,) = store.problems()
    store.close()
    assert "convnet vectors cannot be read" in problem


def test_another_thread_opens_a_store_of_its_own(folder: Path) -> None:
    mine, counts = SQLiteStore.open(folder, write=False), []

    def count() -> None:
        own = SQLiteStore.open(folder, write=False)
        counts.append(own.count())
        own.close()

    thread = threading.Thread(target=count)
    thread.start()
    thread.join()
    assert counts == [mine.count()]
    mine.close()


ADD = """
import itertools, signal, sys
from pathlib import Path
import numpy as np
from lookalike.errors import OutOfSpace
from lookalike.store.connection import create
from lookalike.store.schema import MIGRATIONS
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Content, Space, Stamp

def add_without_end(folder, rows):
    space = Space("convnet", "aaaa", 4, "cosine")
    store = SQLiteStore.create(Path(folder))
    with store.writing():
        for start in itertools.count(store.count(), rows):
            contents = [Content(f"{number:064x}", 1, (2, 2), "png") for number in range(start, start + rows)]
            with store.transaction():
                store.add_space(space, "{}")
                ids = store.put_contents(contents)
                store.put_records([(f"/{c.sha256}", Stamp(1, 1, 1, 1), c.sha256) for c in contents])
                store.put(space, ids, np.ones((rows, 4), np.float32))
            print(start + rows, flush=True)
"""


def test_a_kill_keeps_every_acknowledged_commit(tmp_path: Path) -> None:
    code = ADD + "add_without_end(sys.argv[1], 40)"
    kept = 0
    for pause in (0.0, 0.013, 0.05, 0.11, 0.2):
        arguments = [sys.executable, "-c", code, str(tmp_path)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            first = writer.stdout.readline()
            time.sleep(pause)
            writer.kill()
            acknowledged = int([first, *writer.stdout.read().splitlines(keepends=True)][-1])
        store = SQLiteStore.open(tmp_path, write=False)
        assert store.count() in (acknowledged, acknowledged + 40)  # the last may have died between commit and word
        assert (store.missing(SPACE).tolist(), store.problems()) == ([], [])
        assert store.count() > kept
        kept = store.count()
        store.close()


def test_a_full_disk_is_told_and_keeps_what_was_committed(tmp_path: Path) -> None:
    """A limit on the size of a file stands for the disk: it meets the log first, as a disk would."""
    code = ADD + (
        "import resource\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "try:\n    add_without_end(sys.argv[1], 40)\n"
        "except OutOfSpace as error:\n    print(f'told: {error}')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    *acknowledged, told = done.stdout.splitlines()
    assert told.startswith("told: cannot write to")
    store = SQLiteStore.open(tmp_path)
    assert store.count() == int(acknowledged[-1])
    assert store.problems() == []
    with store.writing(), store.transaction():
        store.drop_records([f"/{0:064x}"])
    assert store.count() == int(acknowledged[-1]) - 1
    store.close()


def test_which_ids_there_are_is_told_without_the_pages_of_rows(folder: Path) -> None:
    asked: list[str] = []
    with closing(SQLiteStore.open(folder, write=False)) as store:
        store._sqlite.connection.set_trace_callback(asked.append)
        assert (len(store.vector_ids(SPACE)), len(store.missing(SPACE))) == (2000, 0)
        store._sqlite.connection.set_trace_callback(None)
        steps = [step for text in asked for *_, step in store._sqlite.connection.execute(f"EXPLAIN QUERY PLAN {text}")]
    of_rows = [step for step in steps if "vectors_1" in step or "SCAN v " in step]
    assert len(of_rows) == 2
    assert all("USING COVERING INDEX ids_of_vectors_1" in step for step in of_rows)


def test_a_library_without_indexes_of_its_ids_is_given_them(folder: Path) -> None:
    with closing(database(folder)) as old:
        old.executescript(
            "DROP INDEX ids_of_vectors_1; DELETE FROM vectors_1 WHERE content = 7; PRAGMA user_version = 10"
        )
        old.execute("DELETE FROM migrations WHERE number > 10")
        old.commit()
    create(folder)
    with closing(SQLiteStore.open(folder, write=False)) as store:
        assert store.missing(SPACE).tolist() == [7]
        assert len(store.vector_ids(SPACE)) == 1999
        assert store.problems() == []
    with closing(database(folder)) as new:
        assert new.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert new.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ids_of_vectors_1'").fetchone() == (1,)
