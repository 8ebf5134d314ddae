"""Indexing on a Ray cluster: rows are those of one machine, and a machine that is lost costs none."""

from __future__ import annotations

import itertools
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import DEVNULL, PIPE

import numpy as np
import pytest
from PIL import Image

from lookalike.describe.phash import PerceptualHash
from lookalike.errors import BadSetting, WorkerFailed
from lookalike.protocols import Store
from lookalike.search.ingest.options import Cluster, Options
from lookalike.search.ingest.products import VectorOf
from lookalike.search.ingest.ray_ import address_of
from lookalike.search.ingest.run import ingest
from lookalike.store.sqlite import SQLiteStore

HASH = VectorOf(PerceptualHash())
COUNT = 60


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty pictures of noise, a file that is none, and a second file of the first."""
    folder, rng = tmp_path_factory.mktemp("noise"), np.random.default_rng(3)
    for number in range(COUNT):
        blocks = rng.integers(0, 256, (12, 16, 3), np.uint8).repeat(16, axis=0).repeat(16, axis=1)
        Image.fromarray(blocks).save(folder / f"{number:02}.png")
    (folder / "again.png").write_bytes((folder / "00.png").read_bytes())
    (folder / "no.png").write_bytes(b"no picture")
    return folder


def free_port() -> int:
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


class Machines:
    """A Ray head on this machine, and machines of one core each that come and go."""

    def __init__(self, port: int) -> None:
        self.client = f"ray://127.0.0.1:{port}"
        program = [sys.executable, str(Path(__file__).with_name("ray_machines.py")), str(port)]
        self._process = subprocess.Popen(program, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, text=True)
        self.address = self._told()

    def add(self) -> None:
        self._do("add")

    def lose(self) -> None:
        """Kills the last one."""
        self._do("lose")

    def end(self) -> None:
        self._process.communicate()

    def _do(self, what: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        assert self._told() == "done"

    def _told(self) -> str:
        """What the program says after `told:`; Ray has other lines."""
        assert self._process.stdout is not None
        while not (line := self._process.stdout.readline()).startswith("told:"):
            assert line, "the head ended"
        return line.removeprefix("told:").strip()


@pytest.fixture(scope="module")
def machines() -> Iterator[Machines]:
    pytest.importorskip("ray")
    head = Machines(free_port())
    yield head
    head.end()


@contextmanager
def writing(folder: Path) -> Iterator[Store]:
    with closing(SQLiteStore.create(folder)) as store, store.writing():
        yield store


def rows(store: Store) -> dict[str, tuple[str, bytes]]:
    """Digest and vector of each file, by name."""
    batches = store.vectors(HASH.space)
    by_id = {id: row.tobytes() for ids, vectors in batches for id, row in zip(ids.tolist(), vectors, strict=True)}
    return {Path(each.path).name: (each.content.sha256, by_id[each.id]) for each in store.records()}


def at_call(number: int, act: Callable[[], None]) -> Callable[[], bool]:
    """Never asks to stop, and acts when it is asked for the n-th time."""
    calls = itertools.count(1)

    def asked() -> bool:
        if next(calls) == number:
            act()
        return False

    return asked


def test_a_machine_that_is_lost_costs_no_row(
    machines: Machines, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_in_its_place() -> None:
        machines.lose()
        machines.add()

    machines.add()
    with writing(tmp_path / "alone") as store:
        ingest(store, [HASH], [pictures], Options(workers=1))
        wanted = rows(store)
    monkeypatch.setenv("RAY_ADDRESS", machines.address)
    options = Options(cluster=Cluster("ray"), should_stop=at_call(20, another_in_its_place))
    with writing(tmp_path / "cluster") as store:
        report = ingest(store, [HASH], [pictures], options)
        assert (report.added, report.failed, report.interrupted) == (COUNT + 1, 1, False)
        assert rows(store) == wanted
        assert store.count() == COUNT + 1


def test_two_machines_do_what_one_does(machines: Machines, pictures: Path, tmp_path: Path) -> None:
    machines.add()
    with writing(tmp_path / "alone") as store:
        ingest(store, [HASH], [pictures], Options(workers=1))
        wanted = rows(store)
    with writing(tmp_path / "cluster") as store:
        ingest(store, [HASH], [pictures], Options(cluster=Cluster(machines.client)))
        assert rows(store) == wanted
        assert ingest(store, [HASH], [pictures], Options(cluster=Cluster(machines.client))).unchanged == COUNT + 1


def test_a_head_that_does_not_answer_is_named(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    address = f"ray://127.0.0.1:{free_port()}"
    with writing(tmp_path / "library") as store, pytest.raises(WorkerFailed, match="no Ray head answers at ray://127"):
        ingest(store, [HASH], [tmp_path], Options(cluster=Cluster(address)))


@pytest.mark.parametrize("on", ["spark", "ray:/host", "ray://", "ray://host/folder", "ray://host:port", "http://host"])
def test_an_address_that_is_none_is_refused(on: str) -> None:
    with pytest.raises(BadSetting, match="--on"):
        address_of(on)


@pytest.mark.parametrize(
    ("on", "address"),
    [("ray", None), ("ray://host", "ray://host:10001"), ("ray://10.0.0.7:5", "ray://10.0.0.7:5")],
)
def test_an_address_has_the_port_of_clients_unless_it_names_one(on: str, address: str | None) -> None:
    assert address_of(on) == address
