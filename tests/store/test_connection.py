from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from lookalike.errors import LibraryBusy, LibraryDamaged, LibraryFormat, LibraryMissing, OutOfSpace
from lookalike.store import connection
from lookalike.store.codes import errors_of
from lookalike.store.connection import FILE, bytes_of, connect, create
from lookalike.store.lock import writer_lock
from lookalike.store.schema import APPLICATION_ID, MIGRATIONS
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Content, Stamp

SECOND = "CREATE TABLE later (x); INSERT INTO later VALUES (1)"


def database(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / FILE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create(tmp_path)
    return tmp_path


@pytest.mark.parametrize("write", [False, True], ids=["reader", "writer"])
def test_a_folder_without_a_library_is_missing(tmp_path: Path, write: bool) -> None:
    with pytest.raises(LibraryMissing, match="lookalike index"):
        SQLiteStore.open(tmp_path, write=write)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("half", ["empty file", "named but without tables"])
@pytest.mark.parametrize("write", [False, True], ids=["reader", "writer"])
def test_one_whose_making_was_cut_short_is_missing_until_it_is_made(tmp_path: Path, half: str, write: bool) -> None:
    connection = database(tmp_path)
    if half == "empty file":
        (tmp_path / FILE).touch()
    else:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.close()
    with pytest.raises(LibraryMissing):
        connect(tmp_path, write=write)
    create(tmp_path)
    made = connect(tmp_path, write=write)
    assert made.execute("SELECT count(*) FROM records").fetchone() == (0,)
    made.close()


def test_making_one_where_there_is_one_changes_nothing(folder: Path) -> None:
    before = (folder / FILE).read_bytes()
    create(folder)
    assert (folder / FILE).read_bytes() == before


def test_a_new_library_logs_ahead_flushes_every_commit_and_checks_references(folder: Path) -> None:
    connection = connect(folder, write=True)
    told = [connection.execute(f"PRAGMA {name}").fetchone() for name in ("journal_mode", "synchronous", "foreign_keys")]
    connection.close()
    assert told == [("wal",), (2,), (1,)]


def test_a_newer_format_is_refused_naming_the_program_that_made_it(folder: Path) -> None:
    connection = database(folder)
    connection.execute("PRAGMA user_version = 77")
    connection.execute("INSERT INTO migrations VALUES (77, '9.9')")
    connection.commit()
    connection.close()
    for attempt in (SQLiteStore.open, SQLiteStore.create):
        with pytest.raises(LibraryFormat, match=r"format 77, made by lookalike 9\.9.*update"):
            attempt(folder)


def test_a_newer_format_without_a_ledger_is_refused(folder: Path) -> None:
    connection = database(folder)
    connection.executescript("PRAGMA user_version = 77; DROP TABLE migrations")
    connection.close()
    with pytest.raises(LibraryFormat, match="format 77"):
        SQLiteStore.open(folder)


def test_an_older_format_is_refused_to_a_reader_and_brought_up_to_date_for_a_writer(folder: Path) -> None:
    newer = (*MIGRATIONS, SECOND)
    with pytest.raises(LibraryFormat, match=rf"format {len(MIGRATIONS)}, .*lookalike index PATH"):
        connect(folder, write=False, migrations=newer)
    for write in (True, False):
        connection = connect(folder, write=write, migrations=newer)
        assert connection.execute("SELECT x FROM later").fetchall() == [(1,)]
        assert connection.execute("SELECT number FROM migrations").fetchall() == [(n + 1,) for n in range(len(newer))]
        connection.close()


def test_indexing_brings_an_older_format_up_to_date(folder: Path) -> None:
    create(folder, (*MIGRATIONS, SECOND))
    connection = connect(folder, write=False, migrations=(*MIGRATIONS, SECOND))
    assert connection.execute("SELECT count(*) FROM later").fetchone() == (1,)
    connection.close()


def test_a_format_is_not_changed_while_another_program_writes(folder: Path) -> None:
    with writer_lock(folder), pytest.raises(LibraryBusy, match=f"process {os.getpid()}"):
        connect(folder, write=True, migrations=(*MIGRATIONS, SECOND))
    connect(folder, write=False).close()


def test_a_migration_that_fails_leaves_the_old_format(folder: Path) -> None:
    with pytest.raises(LibraryDamaged, match="nonsense"):
        create(folder, (*MIGRATIONS, f"{SECOND}; SELECT nonsense"))
    connection = connect(folder, write=False)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("damage", ["other bytes", "the header", "the size of pages", "cut in the header"])
def test_what_is_no_database_is_damaged(folder: Path, damage: str) -> None:
    file = folder / FILE
    data = file.read_bytes()
    damaged = {
        "other bytes": b"no database" * 1000,
        "the header": b"\0" * 16 + data[16:],
        "the size of pages": data[:16] + b"\xff\xff" + data[18:],
        "cut in the header": data[:50],
    }
    file.write_bytes(damaged[damage])
    for attempt in (SQLiteStore.open, SQLiteStore.create):
        with pytest.raises(LibraryDamaged, match="index into a new one"):
            attempt(folder)
    assert file.read_bytes() == damaged[damage]


def test_a_file_cut_short_is_damaged(tmp_path: Path) -> None:
    store = SQLiteStore.create(tmp_path)
    with store.writing(), store.transaction():
        store.put_contents([Content(f"{number:064x}", 1, (2, 2), "png") for number in range(2000)])
    store.close()
    data = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(data[: len(data) // 3])
    with pytest.raises(LibraryDamaged):
        SQLiteStore.open(tmp_path).contents([f"{1999:064x}"])


def test_a_database_of_another_program_is_not_taken(tmp_path: Path) -> None:
    connection = database(tmp_path)
    connection.execute("CREATE TABLE x (y)")
    connection.close()
    for attempt in (SQLiteStore.open, SQLiteStore.create):
        with pytest.raises(LibraryDamaged, match="not the database of a lookalike library"):
            attempt(tmp_path)


READ = """
import sys
import tempfile
from pathlib import Path
from lookalike.store.sqlite import SQLiteStore
try:
    print(SQLiteStore.open(Path(sys.argv[1]), write=False).count())
except PermissionError as error:
    print("told:", error)
"""


def bound_by_modes() -> None:
    """Root, but bound by the modes of files as anybody (Linux)."""
    drop_from_bounding_set, override, read_search = 24, 1, 2
    for capability in (override, read_search):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


def read_only(folder: Path) -> str:
    """What a reader says who may not write to the folder, nor to what is in it."""
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    try:
        command = [sys.executable, "-c", READ, str(folder)]
        limit = bound_by_modes if sys.platform == "linux" and os.getuid() == 0 else None
        return subprocess.run(command, capture_output=True, text=True, check=True, preexec_fn=limit).stdout.strip()
    finally:
        folder.chmod(0o755)


def filled(folder: Path) -> SQLiteStore:
    """Three contents, each with a file, still in the log."""
    store = SQLiteStore.create(folder)
    contents = [Content(f"{number:064x}", 1, (2, 2), "png") for number in range(3)]
    with store.writing(), store.transaction():
        store.put_contents(contents)
        store.put_records([(f"/{c.sha256}", Stamp(1, 1, 1, 1), c.sha256) for c in contents])
    return store


def test_a_library_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    filled(tmp_path).close()
    assert read_only(tmp_path) == "3"
    assert sorted(file.name for file in tmp_path.iterdir() if file.name != "library.lock") == [FILE]


def test_a_log_that_may_only_be_read_counts(tmp_path: Path) -> None:
    writer = filled(tmp_path / "library")
    shutil.copytree(tmp_path / "library", tmp_path / "copy")  # as it is after a kill
    writer.close()
    assert (tmp_path / "copy" / f"{FILE}-wal").stat().st_size > 0
    assert read_only(tmp_path / "copy") == "3"


def test_a_log_that_cannot_be_read_is_told_rather_than_left_out(tmp_path: Path) -> None:
    writer = filled(tmp_path / "library")
    shutil.copytree(tmp_path / "library", tmp_path / "copy")
    writer.close()
    (tmp_path / "copy" / f"{FILE}-shm").unlink()
    assert read_only(tmp_path / "copy").startswith("told: cannot open the library")


def test_bytes_are_those_of_the_database_and_its_log(folder: Path) -> None:
    (folder / "other").write_bytes(b"x" * 1000)
    (folder / f"{FILE}-wal").write_bytes(b"x" * 10)
    assert bytes_of(folder) == (folder / FILE).stat().st_size + 10


def test_a_library_that_cannot_be_opened_for_want_of_space_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = sqlite3.OperationalError("unable to open database file")
    error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    with pytest.raises(PermissionError, match="cannot open the library"), errors_of(folder):
        raise error

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(OutOfSpace, match="no space to open"), errors_of(folder):
        raise error


def test_too_little_memory_is_no_damage(folder: Path) -> None:
    error = sqlite3.OperationalError("out of memory")
    error.sqlite_errorcode = sqlite3.SQLITE_NOMEM
    with pytest.raises(OutOfSpace, match="out of memory"), errors_of(folder):
        raise error


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_SHMLOCK, sqlite3.SQLITE_PROTOCOL])
def test_a_lock_that_the_system_refuses_is_no_damage(folder: Path, code: int) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    with pytest.raises(LibraryBusy, match="could not be locked"), errors_of(folder):
        raise error


def test_what_cannot_be_read_is_for_the_disk_to_mend(folder: Path) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
    with pytest.raises(LibraryDamaged, match="check the disk"), errors_of(folder):
        raise error


def test_a_lock_that_cannot_be_had_names_its_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(OSError, match=r"No locks available.*library\.lock"), writer_lock(folder):
        pass


def test_a_passing_failure_to_open_gives_no_reader_that_sees_no_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a reader told `dupes` of no pair, since it did not see what the writer beside it had found."""
    filled(tmp_path / "library")
    opened = connection._open
    asked: list[str] = []

    def failing(file: Path, mode: str) -> sqlite3.Connection:
        asked.append(mode)
        if len(asked) == 1:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return opened(file, mode)

    monkeypatch.setattr(connection, "_open", failing)
    with pytest.raises(PermissionError, match="cannot open the library"):
        connection.connect(tmp_path / "library", write=False)
    assert asked == ["ro"]
