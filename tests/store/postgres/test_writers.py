from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lookalike.errors import DatabaseLost, DatabaseRefused, LibraryBusy
from lookalike.location import Location
from lookalike.store.postgres.store import PostgresStore
from lookalike.types import Content, Space, Stamp

SPACE = Space("convnet", "aaaa", 4, "cosine")


@pytest.fixture
def at(new_database: Callable[[], str]) -> Location:
    """A library that is empty."""
    location = Location.of(new_database())
    PostgresStore.create(location).close()
    return location


def content(number: int) -> Content:
    return Content(sha256(b"%d" % number).hexdigest(), 1, (2, 2), "png")


def put(store: PostgresStore, numbers: list[int], name: str = "") -> None:
    """Pictures of these numbers, with their vectors, in one commit."""
    contents = [content(number) for number in numbers]
    with store.transaction():
        store.add_space(SPACE, "{}")
        ids = store.put_contents(contents)
        store.put(SPACE, ids, np.array([[number, 0, 0, 1] for number in numbers], np.float32))
        store.put_records([(f"/{name}{number}", Stamp(1, 1, number, 1), content(number).sha256) for number in numbers])


def test_many_writers_of_the_same_pictures_put_each_once(at: Location) -> None:
    failures: list[BaseException] = []
    together = threading.Barrier(4)

    def write(seed: int) -> None:
        order = np.random.default_rng(seed)
        try:
            with closing(PostgresStore.open(at)) as store, store.writing(together=True):
                together.wait()
                for _ in range(10):
                    put(store, order.permutation(40)[:25].tolist(), f"{seed}/")
        except BaseException as error:  # noqa: BLE001  told below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with closing(PostgresStore.open(at, write=False)) as store:
        records = list(store.records())
        assert {record.content.sha256 for record in records} == {content(number).sha256 for number in range(40)}
        assert len({record.id for record in records}) == 40
        assert (store.spaces(), store.missing(SPACE).tolist(), store.problems()) == ([SPACE], [], [])
        numbers = {record.id: int(record.path.rpartition("/")[2]) for record in records}
        for ids, rows in store.vectors(SPACE):
            assert rows[:, 0].tolist() == [numbers[id] for id in ids.tolist()]


def test_every_commit_of_every_writer_raises_the_generation(at: Location) -> None:
    one, other = PostgresStore.open(at), PostgresStore.open(at)
    with one.writing(together=True), other.writing(together=True):
        seen = [one.generation(SPACE)]
        for number, store in enumerate((one, other, one, other)):
            put(store, [number])
            seen.append(other.generation(SPACE))
    assert np.diff(seen).tolist() == [1] * 4


def test_a_reader_and_a_writer_of_other_pictures_wait_for_no_transaction(at: Location) -> None:
    reader, one, other = PostgresStore.open(at, write=False), PostgresStore.open(at), PostgresStore.open(at)
    with one.writing(together=True), other.writing(together=True):
        put(one, [1])
        with one.transaction():
            one.put_contents([content(2)])
            one.put_records([("/2", Stamp(1, 1, 2, 1), content(2).sha256)])
            put(other, [3])
            assert [record.path for record in reader.records()] == ["/1", "/3"]
    assert reader.count() == 3


HOLD = """
import sys, time
from lookalike.store.postgres.store import PostgresStore
store = PostgresStore.open(sys.argv[1])
with store.writing(together=len(sys.argv) > 2):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "together"])
def test_who_is_in_the_way_is_named_and_its_death_frees_the_lock(at: Location, alone: bool) -> None:
    arguments = [sys.executable, "-c", HOLD, at.url, *([] if alone else ["together"])]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as holder, closing(PostgresStore.open(at)) as store:
        assert holder.stdout is not None
        holder.stdout.readline()
        named = pytest.raises(LibraryBusy, match=f"lookalike process {holder.pid} on .* since ")
        with named, store.writing(together=alone):
            pass
        if not alone:
            with store.writing(together=True):
                pass
        holder.kill()
        holder.wait()
        for _ in range(100):  # the server hears of it in its own time
            try:
                with store.writing():
                    break
            except LibraryBusy:
                threading.Event().wait(0.1)
        else:
            pytest.fail("the lock of the dead is still held")


def end_sessions(postgres_server: Any, at: Location) -> None:
    name = at.url.rpartition("/")[2]
    postgres_server.ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def test_what_reads_is_asked_again_on_a_new_connection(at: Location, postgres_server: Any) -> None:
    with closing(PostgresStore.open(at)) as store, store.writing():
        put(store, [1, 2])
        for ask in (
            store.count,
            lambda: len(list(store.records())),
            lambda: len(store.contents([content(1).sha256, content(2).sha256])),
            lambda: sum(len(ids) for ids, _ in store.vectors(SPACE)),
        ):
            end_sessions(postgres_server, at)
            assert ask() == 2
        with closing(PostgresStore.open(at)) as other, pytest.raises(LibraryBusy), other.writing():
            pass  # the new connection holds what the old one held


def test_a_transaction_whose_connection_is_lost_is_told_and_changes_nothing(at: Location, postgres_server: Any) -> None:
    with closing(PostgresStore.open(at)) as store, store.writing(together=True):
        put(store, [1])
        lost = pytest.raises(DatabaseLost, match="what was committed is kept")
        with lost, store.transaction():
            store.put_records([("/other", Stamp(1, 1, 1, 1), content(1).sha256)])
            end_sessions(postgres_server, at)
            store.put_contents([content(2)])
        assert [record.path for record in store.records()] == ["/1"]
        put(store, [2])
        assert store.count() == 2


def test_a_server_that_does_not_come_back_is_told_without_the_password(
    own_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike.store.postgres.database.PATIENCE", 0.5)
    with closing(PostgresStore.create(own_server.url())) as store:
        own_server.stop()
        with pytest.raises(DatabaseLost, match="was lost") as caught:
            store.count()
    assert own_server.password not in str(caught.value)


ADD = """
import itertools, sys
import numpy as np
from lookalike.store.postgres.store import PostgresStore
from lookalike.types import Content, Space, Stamp

space, rows = Space("convnet", "aaaa", 4, "cosine"), 40
store = PostgresStore.create(sys.argv[1])
with store.writing(together=True):
    for start in itertools.count(store.count(), rows):
        contents = [Content(f"{number:064x}", 1, (2, 2), "png") for number in range(start, start + rows)]
        with store.transaction():
            store.add_space(space, "{}")
            ids = store.put_contents(contents)
            store.put_records([(f"/{c.sha256}", Stamp(1, 1, 1, 1), c.sha256) for c in contents])
            store.put(space, ids, np.ones((rows, 4), np.float32))
        print(start + rows, flush=True)
"""


def test_a_server_that_is_killed_keeps_every_acknowledged_commit(own_server: Any) -> None:
    kept = 0
    for pause in (0.0, 0.05, 0.2):
        arguments = [sys.executable, "-c", ADD, own_server.url()]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stderr is not None
            first = writer.stdout.readline()
            threading.Event().wait(pause)
            own_server.kill()
            acknowledged = int([first, *writer.stdout.read().splitlines(keepends=True)][-1])
            told = writer.stderr.read()
        assert "DatabaseLost" in told
        assert own_server.password not in told
        own_server.start()
        with closing(PostgresStore.open(own_server.url(), write=False)) as store:
            assert store.count() in (acknowledged, acknowledged + 40)  # the last may be there without a word
            assert (store.missing(SPACE).tolist(), store.problems()) == ([], [])
            assert store.count() > kept
            kept = store.count()


def test_a_standby_takes_over_and_has_every_acknowledged_commit(
    own_server: Any, reliability: Callable[[str], ModuleType]
) -> None:
    standby = reliability("postgres_server").PostgresServer(of=own_server)
    try:
        standby.start()
        for order in ("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"):
            own_server.ask(order)
        one, other = (server.url().partition("@")[2] for server in (own_server, standby))
        hosts = f"{own_server.url().partition('@')[0]}@{one.partition('/')[0]},{other.partition('/')[0]}/postgres"
        with closing(PostgresStore.create(f"{hosts}?target_session_attrs=read-write")) as store:
            with store.writing(together=True):
                put(store, [*range(50)])
                with pytest.raises(DatabaseRefused, match=r"is a standby.*target_session_attrs=read-write"):
                    PostgresStore.open(standby.url())
                own_server.kill()
                standby.ask("SELECT pg_promote()")
                put(store, [50])
            assert (store.count(), store.missing(SPACE).tolist(), store.problems()) == (51, [], [])
        with closing(PostgresStore.open(standby.url(), write=False)) as reader:
            assert reader.count() == 51
    finally:
        standby.remove()
