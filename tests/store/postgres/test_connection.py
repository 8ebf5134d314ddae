from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from lookalike.errors import DatabaseRefused, LibraryBusy, LibraryFormat, LibraryMissing
from lookalike.location import Location
from lookalike.store.postgres.connection import connect, create, opened
from lookalike.store.postgres.schema import MIGRATIONS
from lookalike.store.postgres.store import PostgresStore

SECOND = "CREATE TABLE later (x integer); INSERT INTO later VALUES (1)"
NEWER = (*MIGRATIONS, SECOND)


@pytest.fixture
def empty(new_database: Callable[[], str]) -> Location:
    """A database without a library."""
    return Location.of(new_database())


@pytest.fixture
def made(empty: Location) -> Location:
    create(empty)
    return empty


@pytest.fixture
def ask(postgres_server: Any) -> Callable[[Location, str], list[Any]]:
    """Has the owner of the server run a statement in a database."""
    return lambda at, text: postgres_server.ask(text, at.url.rpartition("/")[2])


@pytest.mark.parametrize("write", [False, True], ids=["reader", "writer"])
def test_a_database_without_a_library_is_missing(empty: Location, write: bool) -> None:
    assert not PostgresStore.is_there(empty)
    with pytest.raises(LibraryMissing, match=r"postgresql://postgres@127.*lookalike index"):
        PostgresStore.open(empty, write=write)


def test_making_one_where_there_is_one_changes_nothing(made: Location, ask: Any) -> None:
    before = ask(made, "SELECT * FROM lookalike.generation ORDER BY slot")
    create(made)
    assert ask(made, "SELECT * FROM lookalike.generation ORDER BY slot") == before


def test_one_that_holds_nothing_is_removed_and_no_other(made: Location, ask: Any) -> None:
    PostgresStore.remove_if_empty(made)
    assert not PostgresStore.is_there(made)
    assert ask(made, "SELECT extname FROM pg_extension WHERE extname = 'vector'") == [("vector",)]


def test_a_newer_format_is_refused_naming_the_program_that_made_it(made: Location, ask: Any) -> None:
    ask(made, "INSERT INTO lookalike.migrations VALUES (77, '9.9')")
    for attempt in (PostgresStore.open, PostgresStore.create):
        with pytest.raises(LibraryFormat, match=r"format 77, made by lookalike 9\.9.*update"):
            attempt(made)


def test_an_older_format_is_refused_to_a_reader_and_brought_up_to_date_for_a_writer(made: Location) -> None:
    with pytest.raises(LibraryFormat, match=rf"format {len(MIGRATIONS)}, .*lookalike index PATH"):
        connect(made, write=False, migrations=NEWER)
    for write in (True, False):
        with closing(connect(made, write=write, migrations=NEWER)) as connection:
            assert connection.execute("SELECT x FROM later").fetchall() == [(1,)]


def test_a_migration_that_fails_leaves_the_old_format(made: Location, ask: Any) -> None:
    with pytest.raises(Exception, match="nonsense"):
        create(made, (*NEWER, "SELECT nonsense"))
    assert ask(made, "SELECT to_regclass('lookalike.later')") == [(None,)]
    connect(made, write=False).close()


@pytest.mark.parametrize("start", ["nothing", "an older format"])
def test_two_that_upgrade_at_once_leave_one_upgrade(empty: Location, ask: Any, start: str) -> None:
    if start != "nothing":
        create(empty)
    failures: list[BaseException] = []
    together = threading.Barrier(4)

    def upgrade() -> None:
        together.wait()
        try:
            create(empty, NEWER)
        except BaseException as error:  # noqa: BLE001  told below
            failures.append(error)

    threads = [threading.Thread(target=upgrade) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert ask(empty, "SELECT number FROM lookalike.migrations") == [(n + 1,) for n in range(len(NEWER))]


def test_an_upgrade_waits_for_writers_and_says_so_when_it_waited_too_long(
    made: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike.store.postgres.connection._WAIT", "100ms")
    busy = pytest.raises(LibraryBusy, match="another program is changing the library")
    with closing(PostgresStore.open(made)) as store, store.writing(together=True), busy:
        create(made, NEWER)
    create(made, NEWER)


def test_an_old_server_is_refused(empty: Location) -> None:
    with pytest.raises(DatabaseRefused, match=r"is PostgreSQL \d+: a library needs 99 or newer"):
        opened(empty, write=False, oldest=99)


def test_a_server_without_pgvector_is_refused(empty: Location, ask: Any) -> None:
    name = empty.url.rpartition("/")[2]
    ask(empty, f"ALTER DATABASE {name} SET extension_control_path = '/nowhere'")
    with pytest.raises(DatabaseRefused, match="has no pgvector: install its package"):
        PostgresStore.create(empty)
    assert not PostgresStore.is_there(empty)


@pytest.fixture
def guest(postgres_server: Any, empty: Location) -> Any:
    """Another user, who may connect and nothing else."""
    name = empty.url.rpartition("/")[2].replace("library", "guest")
    postgres_server.ask(f"CREATE ROLE {name} LOGIN PASSWORD 'of the guest'")
    yield Location.of(postgres_server.url(empty.url.rpartition("/")[2], name, "of%20the%20guest"))
    postgres_server.ask(f"DROP OWNED BY {name}", empty.url.rpartition("/")[2])
    postgres_server.ask(f"DROP ROLE {name}")


def test_who_may_not_switch_pgvector_on_is_told_who_can(guest: Location) -> None:
    with pytest.raises(DatabaseRefused, match="superuser of the server run CREATE EXTENSION vector"):
        PostgresStore.create(guest)


def test_the_owner_of_a_database_with_pgvector_needs_nobody_else(guest: Location, ask: Any) -> None:
    user, name = guest.url.partition("://")[2].partition(":")[0], guest.url.rpartition("/")[2]
    ask(guest, f"ALTER DATABASE {name} OWNER TO {user}; CREATE EXTENSION vector")
    try:
        PostgresStore.create(guest).close()
        assert PostgresStore.is_there(guest)
        PostgresStore.remove_if_empty(guest)
        assert not PostgresStore.is_there(guest)
    finally:
        ask(guest, f"ALTER DATABASE {name} OWNER TO postgres")


def test_who_may_not_read_the_tables_is_told_so(guest: Location, made: Location) -> None:
    with pytest.raises(DatabaseRefused, match=r"you may not do this.*GRANT"):
        PostgresStore.open(guest, write=False)


def test_who_may_read_searches_and_cannot_write(guest: Location, made: Location, ask: Any) -> None:
    user = guest.url.partition("://")[2].partition(":")[0]
    ask(made, f"GRANT USAGE ON SCHEMA lookalike TO {user}")
    ask(made, f"GRANT SELECT ON ALL TABLES IN SCHEMA lookalike TO {user}")
    with closing(PostgresStore.open(guest, write=False)) as store:
        assert store.count() == 0
    refused = pytest.raises(DatabaseRefused, match="GRANT")
    with closing(PostgresStore.open(guest)) as store, refused, store.writing(), store.transaction():
        store.put_calibration("key", "text")


def test_a_database_of_another_encoding_is_refused(postgres_server: Any, empty: Location) -> None:
    name = empty.url.rpartition("/")[2] + "_latin"
    postgres_server.ask(f"CREATE DATABASE {name} ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    try:
        with pytest.raises(DatabaseRefused, match=r"encoding LATIN1.*--encoding=UTF8"):
            PostgresStore.create(Location.of(postgres_server.url(name)))
    finally:
        postgres_server.ask(f"DROP DATABASE {name}")


WRONG = {
    "password": (r":\w+@", ":wrong@", "password authentication failed.*PGPASSWORD"),
    "database": (r"$", "_absent", "does not exist; make it with `createdb`"),
    "port": (r":\d+/", ":1/", "check that the server runs"),
    "option": (r"$", "?nonsense=1", "is no address of a database"),
    "escape": (r"@", "%zz@", "is no address of a database"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_address_that_leads_nowhere_is_told_without_the_password(
    made: Location, postgres_server: Any, wrong: str
) -> None:
    right, changed, told = WRONG[wrong]
    with pytest.raises(DatabaseRefused, match=told) as caught:
        PostgresStore.open(Location.of(re.sub(right, changed, made.url, count=1)))
    assert postgres_server.password not in str(caught.value)
    assert caught.value.__cause__ is None
