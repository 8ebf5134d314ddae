"""Jobs write, one at a time, in a process of their own; what they add is found at once."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import lookalike
from lookalike.app.server.job_records import KEPT, Job
from lookalike.app.server.jobs import Jobs
from lookalike.app.server.pace import Pace
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

    async def cancelled() -> list[Job]:
        jobs = Jobs(Location.of(own_shelf / "library"), tmp_path / "shared")
        job = await jobs.start("index", ["index", "--jsonl", "--", str(new)])
        with pytest.raises(Problem, match=job.id):
            await jobs.start("dupes", ["dupes"])
        jobs.cancel(job)
        told = [each async for each in jobs.followed(job)]
        await jobs.close()
        return told

    first, *_, last = asyncio.run(cancelled())
    assert (first.state, last.state) == ("running", "cancelled")
    with lookalike.open(own_shelf / "library") as library:
        assert len(library) == 4


NOTES_INTERRUPTS = """
import signal, time
signal.signal(signal.SIGINT, lambda *_: print("interrupted", flush=True))
print("ready", flush=True)
time.sleep(60)
"""


def test_each_cancel_of_any_process_is_a_ctrl_c_until_the_job_has_ended(tmp_path: Path) -> None:
    running, other = Jobs(Location.of(tmp_path), tmp_path / "shared"), Jobs(Location.of(tmp_path), tmp_path / "shared")
    with subprocess.Popen([sys.executable, "-c", NOTES_INTERRUPTS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        with running.reserved("index") as reserved:
            running._records.put(replace(reserved.job, pid=process.pid))
            for _ in range(2):
                other.cancel(other.one(reserved.job.id))
                assert process.stdout.readline() == "interrupted\n"
            running._records.put(replace(reserved.job, pid=process.pid, state="done"))
            other.cancel(other.one(reserved.job.id))
        process.kill()
        assert process.stdout.read() == ""


def test_while_a_job_runs_no_other_begins_in_any_process(serve: Serve, own_shelf: Path, tmp_path: Path) -> None:
    first, second = (serve(own_shelf / "library", role=Role.WRITE, shared=tmp_path / "shared") for _ in range(2))
    with first.app.state.service.jobs.reserved("index") as reserved:
        for url in ("/api/jobs/index", "/api/jobs/dupes"):
            told = second.post(url, json={}).json()
            assert told["code"] == "library_busy"
            assert reserved.job.id in told["detail"]
        assert second.get("/api/jobs").json()["jobs"][0]["state"] == "running"
        assert second.delete(f"/api/jobs/{reserved.job.id}").json()["state"] == "running"
        assert first.app.state.service.jobs._records.is_cancelled(reserved.job.id)
    assert second.get("/api/jobs").json()["jobs"] == []


def test_a_job_is_followed_by_a_process_that_did_not_begin_it(
    serve: Serve, own_shelf: Path, tmp_path: Path, draw: Any
) -> None:
    new = tmp_path / "more"
    new.mkdir()
    draw(new / "new.png", 77)
    begins, follows = (
        serve(own_shelf / "library", role=Role.WRITE, roots=(new,), shared=tmp_path / "shared") for _ in range(2)
    )
    id = hashlib.sha256((new / "new.png").read_bytes()).hexdigest()
    assert follows.get("/api/search", params={"id": id}).status_code == 404
    job = begins.post("/api/jobs/index", json={}).json()
    last = followed(follows, job)[-1]
    assert last["state"] in ("done", "some_failed")
    assert last["report"]["added"] == 1
    assert follows.get("/api/search", params={"id": id}).json()["hits"][0]["path"] == "more/new.png"


def test_when_a_job_is_told_to_have_ended_the_next_may_begin(tmp_path: Path) -> None:
    jobs, told = Jobs(Location.of(tmp_path / "none"), tmp_path / "shared"), []
    put = jobs._records.put

    def noted(job: Job) -> None:
        put(job)
        if job.state != "running":
            with Jobs(Location.of(tmp_path / "none"), tmp_path / "shared").reserved("dupes"):
                told.append(job.state)

    async def ran() -> None:
        jobs._records.put = noted  # type: ignore[method-assign]
        job = await jobs.start("index", ["index", "--jsonl", "--", str(tmp_path / "nowhere")])
        assert [each.state async for each in jobs.followed(job)][-1] == "failed"

    asyncio.run(ran())
    assert told == ["failed"]


def test_a_job_whose_watcher_was_killed_has_failed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    jobs = Jobs(Location.of(tmp_path), tmp_path / "shared")
    jobs._records.put(Job("0123", "index", watcher=ended.pid))
    assert (jobs.one("0123").state, jobs.all()[0].state) == ("failed", "failed")
    with jobs.reserved("index"):
        pass

    async def told() -> list[str]:
        return [each.state async for each in jobs.followed(Job("0123", "index", watcher=ended.pid))]

    assert asyncio.run(told()) == ["failed"]


def test_a_job_that_is_reserved_keeps_others_out_and_is_forgotten_where_it_does_not_begin(tmp_path: Path) -> None:
    async def reserved() -> tuple[Jobs, list[str]]:
        jobs = Jobs(Location.of(tmp_path), tmp_path / "shared")
        with jobs.reserved("index") as reserved:
            with pytest.raises(Problem, match=reserved.job.id):
                await jobs.start("dupes", ["dupes"])
            assert jobs.all() == [reserved.job]
        return jobs, [each.state async for each in jobs.followed(reserved.job)]  # who follows it is told of an end

    jobs, told = asyncio.run(reserved())
    assert told == ["cancelled"]
    assert jobs.all() == []
    with jobs.reserved("dupes"):
        pass


def test_jobs_are_remembered_up_to_a_number_and_the_latest_come_first(tmp_path: Path) -> None:
    jobs = Jobs(Location.of(tmp_path), tmp_path / "shared")
    for at in range(KEPT + 3):
        jobs._records.put(Job(f"{at}", "index", "done", began=at))
    assert [job.id for job in jobs.all()] == [f"{at}" for at in reversed(range(3, KEPT + 3))]


def test_a_rate_is_told_from_the_second_report_of_a_stage_on() -> None:
    times = iter((100.0, 102.0, 110.0, 110.5))
    pace = Pace(lambda: next(times))
    told = [
        pace.with_rate(each)
        for each in (
            {"committed": 10, "total": 110, "failed": 0},
            {"committed": 30, "total": 110, "failed": 1},
            {"indexes": 0, "total": 2, "failed": 0},
            {"indexes": 1, "total": 2, "failed": 0},
        )
    ]
    assert [(each["rate"], each["left"]) for each in told] == [(None, None), (10, 8), (None, None), (2, 0.5)]
    assert told[1]["failed"] == 1
    assert pace.with_rate({"other": 1}) == {"other": 1}


def test_comparing_tells_how_far_it_is(serve: Serve, own_shelf: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    shutil.copytree(own_shelf / "photos", photos)
    with lookalike.open(own_shelf / "library") as library:
        library.index(photos, local=True)
    client = serve(own_shelf / "library", role=Role.WRITE)
    last = followed(client, client.post("/api/jobs/dupes").json())[-1]
    assert last["state"] == "done"
    assert last["progress"]["comparisons"] == last["progress"]["total"] > 0
    assert "groups" not in last["report"]
    assert client.get("/api/dupes?relation=copy").json()["uncompared"] == 0


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
