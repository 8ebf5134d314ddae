"""Several processes answer as one: whoever is asked knows pictures, jobs, sessions, further answers and counts."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lookalike.app.server.job_records import Job
from lookalike.app.server.jobs import Jobs
from lookalike.app.server.roles import Role
from lookalike.location import Location

from .conftest import TOKENS, bearer
from .test_jobs import followed

httpx2 = pytest.importorskip("httpx2")
AT_ONCE = 12
ADMIN = bearer(Role.ADMIN)


@dataclass(frozen=True)
class Served:
    """A service of two processes, its folder for what they share, and a folder that may be indexed."""

    address: str
    shared: Path
    more: Path

    def client(self, headers: dict[str, str] = ADMIN) -> Any:
        """One connection, which one of the processes takes."""
        return httpx2.Client(base_url=self.address, timeout=60, headers=headers)

    def by_all(self, path: str, headers: dict[str, str] = ADMIN, **params: Any) -> list[Any]:
        """Answers of both processes, by many connections at once."""

        def ask(_: int) -> Any:
            with self.client(headers) as client:
                return client.get(path, params=params)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            before = self.counts()
            for _ in range(20):
                found = list(pool.map(ask, range(AT_ONCE)))
                if len({pid for pid, count in self.counts().items() if count > before.get(pid, 0)}) == 2:
                    return found
        raise AssertionError("one process took every connection")

    def counts(self) -> dict[int, float]:
        """Requests that each process has answered."""
        from prometheus_client.mmap_dict import MmapedDict

        (folder,) = self.shared.glob("lookalike-*/measures")
        return {
            int(file.stem.split("_")[1]): sum(value for _, value, *_ in MmapedDict.read_all_values_from_file(str(file)))
            for file in folder.glob("counter_*.db")
        }

    def counts_of_all(self) -> dict[int, float]:
        """The same, once both processes have answered."""
        self.by_all("/api/status")
        return self.counts()


@pytest.fixture
def served(shelf: Path, tmp_path: Path) -> Iterator[Served]:
    shutil.copytree(shelf / "library", tmp_path / "library")
    (tmp_path / "more").mkdir()
    (tmp_path / "shared").mkdir()
    tokens = tmp_path / "tokens"
    tokens.write_text("".join(f"{role.name.lower()} {token}\n" for role, token in TOKENS.items()))
    tokens.chmod(0o600)
    command = [sys.executable, "-m", "lookalike", "--library", tmp_path / "library", "serve", "--port", "0"]
    command += ["--workers", "2", "--threads", "1", "--root", tmp_path / "more", "--tokens", tokens]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "shared")}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        try:
            (address,) = re.findall(r"at (http://\S+/) ", process.stderr.readline())
            yield Served(address, tmp_path / "shared", tmp_path / "more")
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
            assert process.stderr.read() == ""
            assert list((tmp_path / "shared").glob("lookalike-*")) == []
        finally:
            process.kill()


def test_processes_of_one_service_know_the_same(served: Served, draw: Any, picture_id: str) -> None:
    draw(served.more / "new.png", 77)
    id = hashlib.sha256((served.more / "new.png").read_bytes()).hexdigest()
    assert {answer.status_code for answer in served.by_all(f"/api/pictures/{id}")} == {404}
    with served.client() as client:
        job = client.post("/api/jobs/index", json={}).json()
        assert followed(client, job)[-1]["report"]["added"] == 1
        cookies = client.post("/api/session").cookies
        further = client.get("/api/search", params={"id": picture_id, "page": 2}).json()["next"]
    found = served.by_all("/api/search", id=id)
    assert {answer.status_code for answer in found} <= {200, 503}
    assert {answer.json()["hits"][0]["id"] for answer in found if answer.status_code == 200} == {id}
    jobs = served.by_all("/api/jobs")
    assert all(answer.json()["jobs"] == jobs[0].json()["jobs"] for answer in jobs)
    assert [each["id"] for each in jobs[0].json()["jobs"]] == [job["id"]]
    pages = [answer.json() for answer in served.by_all(f"/api/search/{further}")]
    assert all(page["hits"] == pages[0]["hits"] for page in pages)
    assert pages[0]["hits"][0]["rank"] == 3
    session = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    assert {answer.status_code for answer in served.by_all("/api/jobs", session)} == {200}
    assert {answer.status_code for answer in served.by_all("/api/jobs", {})} == {401}
    told = {figure(answer.text) for answer in served.by_all("/api/metrics")}
    (count,) = told  # whichever is asked
    assert count > sum(answer.status_code == 200 for answer in found)


def test_a_process_that_is_killed_is_replaced_and_the_other_answers_meanwhile(served: Served, tmp_path: Path) -> None:
    before = set(served.counts_of_all())
    with served.client() as client:
        running = Jobs(Location.of(tmp_path / "library"), next(served.shared.glob("lookalike-*")))
        killed = before.pop()
        running._records.put(Job("0123", "index", watcher=killed))
        assert client.get("/api/jobs/0123").json()["state"] == "running"
    os.kill(killed, signal.SIGKILL)
    answered = 0
    for _ in range(600):
        with suppress(httpx2.TransportError), served.client() as client:  # one that the killed process had taken
            answered += client.get("/api/status").status_code == 200
        if len(set(served.counts()) - {killed}) == 2:
            break
    assert answered
    assert set(served.counts_of_all()) - {killed} > before
    told = {answer.json()["state"] for answer in served.by_all("/api/jobs/0123")}
    assert told == {"failed"}


def figure(text: str) -> float:
    """Answers to searches by address that all processes gave."""
    (found,) = re.findall(
        r'^lookalike_requests_total\{method="GET",route="/api/search",status="200"\} (\S+)$', text, re.M
    )
    return float(found)


@pytest.mark.skipif(sys.platform != "linux", reason="the system tells nothing of maps")
def test_all_processes_map_one_file_of_an_index(served: Served, shelf: Path) -> None:
    id = hashlib.sha256((shelf / "photos" / "0.png").read_bytes()).hexdigest()
    assert {found.status_code for found in served.by_all("/api/search", id=id)} <= {200, 503}
    for pid in served.counts():
        assert re.search(r"/indexes/phash-\w+\.faiss$", Path(f"/proc/{pid}/maps").read_text(), re.MULTILINE)
