"""Jobs write, one at a time, in a process of their own; what they add is found at once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lookalike
from lookalike.app.server.capacity import Capacity
from lookalike.app.server.jobs import Job, Jobs
from lookalike.app.server.problems import Problem
from lookalike.app.server.roles import Role
from lookalike.location import Location

from .conftest import Client, Serve


@pytest.fixture
def own_shelf(shelf: Path, tmp_path: Path) -> Path:
    """A library that may be written to, of pictures that lie elsewhere by now."""
    shutil.copytree(shelf, tmp_path / "own")
    return tmp_path / "own"


def followed(client: Client, job: dict[str, Any]) -> list[dict[str, Any]]:
    """All that the events of a job tell."""
    with client.stream("GET", f"/api/jobs/{job['id']}/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        return [json.loads(line.removeprefix("data: ")) for line in events.iter_lines() if line]


def test_a_picture_that_is_indexed_meanwhile_is_found(serve: Serve, own_shelf: Path, tmp_path: Path, draw: Any) -> None:
    new = tmp_path / "more"
    new.mkdir()
    draw(new / "new.png", 77)
    client = serve(own_shelf / "library", role=Role.WRITE, roots=(new,))
    id = hashlib.sha256((new / "new.png").read_bytes()).hexdigest()
    assert client.get("/api/search", params={"id": id}).status_code == 404
    folders = {each["path"]: each for each in client.get("/api/folders").json()["folders"]}
    assert str(tmp_path) not in json.dumps(folders)
    begun = client.post("/api/jobs/index", json={"folders": [folders["more"]["id"]]})
    assert begun.status_code == 202
    last = followed(client, begun.json())[-1]
    assert last["state"] == "done"
    assert last["report"]["added"] == 1
    assert client.get("/api/search", params={"id": id}).json()["hits"][0]["path"] == "more/new.png"
    assert client.get("/api/jobs").json()["jobs"][0]["id"] == last["id"]


def test_a_job_that_is_cancelled_before_it_began_does_nothing(own_shelf: Path, tmp_path: Path, draw: Any) -> None:
    new = tmp_path / "more"
    new.mkdir()
    draw(new / "new.png", 77)

    async def cancelled() -> list[dict[str, Any]]:
        jobs = Jobs(Location.of(own_shelf / "library"))
        job = await jobs.start("index", ["index", "--jsonl", "--", str(new)])
        with pytest.raises(Problem, match=job.id):
            await jobs.start("dupes", ["dupes"])
        jobs.cancel(job)
        told = [each async for each in jobs.followed(job)]
        await jobs.close()
        return told

    first, *_, last = asyncio.run(cancelled())
    assert (first["state"], last["state"]) == ("running", "cancelled")
    with lookalike.open(own_shelf / "library") as library:
        assert len(library) == 4


class Interrupted:
    """A process that notes its signals."""

    returncode = None

    def __init__(self) -> None:
        self.signals: list[int] = []

    def send_signal(self, number: int) -> None:
        self.signals.append(number)


def test_each_cancel_is_a_ctrl_c_until_the_job_has_ended(tmp_path: Path) -> None:
    process, jobs = Interrupted(), Jobs(Location.of(tmp_path))
    job = Job("0123", "index", process=process)
    jobs.cancel(job)
    jobs.cancel(job)
    assert process.signals == [signal.SIGINT, signal.SIGINT]
    job.state = "done"
    jobs.cancel(job)
    assert len(process.signals) == 2


def test_while_a_job_runs_no_other_begins(serve: Serve, own_shelf: Path) -> None:
    client = serve(own_shelf / "library", role=Role.WRITE)
    running = Job("0123", "index")
    client.app.state.service.jobs._jobs[running.id] = running
    for url in ("/api/jobs/index", "/api/jobs/dupes"):
        assert client.post(url, json={}).json()["code"] == "library_busy"
    assert client.delete("/api/jobs/0123").json()["state"] == "running"
    assert running.is_cancelled
    running.state = "cancelled"
    assert [each["id"] for each in client.get("/api/jobs").json()["jobs"]] == ["0123"]


def test_a_job_that_is_reserved_keeps_others_out_and_is_forgotten_where_it_does_not_begin(tmp_path: Path) -> None:
    async def reserved() -> Jobs:
        jobs = Jobs(Location.of(tmp_path))
        with jobs.reserved("index") as job:
            with pytest.raises(Problem, match=job.id):
                await jobs.start("dupes", ["dupes"])
            assert jobs.all() == [job]
        assert job.state == "cancelled"  # so that who follows it is told of an end
        return jobs

    jobs = asyncio.run(reserved())
    assert jobs.all() == []
    with jobs.reserved("dupes"):
        pass


def test_a_job_that_fails_says_why_to_admin_alone(serve: Serve, own_shelf: Path) -> None:
    for role, told in ((Role.WRITE, "role admin"), (Role.ADMIN, "local features")):
        client = serve(own_shelf / "library", role=role)
        last = followed(client, client.post("/api/jobs/dupes").json())[-1]
        assert last["state"] == "failed"
        assert told in last["message"]


def test_no_folder_is_indexed_but_those_that_may_be(serve: Serve, own_shelf: Path) -> None:
    client = serve(own_shelf / "library", role=Role.WRITE)
    for stranger in ("/etc", "..", "0" * 16):
        assert client.post("/api/jobs/index", json={"folders": [stranger]}).json()["code"] == "no_such_folder"
    assert client.post("/api/jobs/index", json={"paths": ["/etc"]}).status_code == 422
    assert client.get("/api/jobs").json()["jobs"] == []
    for url in ("/api/jobs/none", "/api/jobs/none/events"):
        assert client.get(url).json()["code"] == "no_such_job"


def test_more_questions_than_may_wait_are_told_to_come_again() -> None:
    async def asked() -> list[object]:
        capacity = Capacity("test", 1, 2)
        tasks = [asyncio.ensure_future(capacity.run(time.sleep, 0.05)) for _ in range(5)]
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert await capacity.run(int, "7") == 7
        capacity.close()
        return list(found)

    refused = [each for each in asyncio.run(asked()) if each is not None]
    assert len(refused) == 2
    for each in refused:
        assert isinstance(each, Problem)
        assert (each.status, each.headers) == (503, {"Retry-After": "2"})


def test_a_library_on_a_server_is_filled_and_searched(
    serve: Serve, new_database: Callable[[], str], tmp_path: Path, draw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "cache"))
    new, url = tmp_path / "more", new_database()
    new.mkdir()
    for seed in range(3):
        draw(new / f"{seed}.png", seed)
    with lookalike.open(url) as library:
        library.index(new / "0.png", describers=["phash"], local=False, planes=False)
    client = serve(url, role=Role.ADMIN)
    assert client.get("/api/status").json()["library"] == str(Location.of(url))
    (folder,) = client.get("/api/folders").json()["folders"]
    last = followed(client, client.post("/api/jobs/index", json={"folders": [folder["id"]]}).json())[-1]
    assert (last["state"], last["report"]["added"]) == ("done", 2)
    id = hashlib.sha256((new / "2.png").read_bytes()).hexdigest()
    assert client.get("/api/search", params={"id": id}).json()["hits"][0]["path"] == str(new / "2.png")
