"""Acting upon duplicates by the service: what is refused, what happens, and back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike.app.server.job_records import Job
from lookalike.app.server.roles import Role

from .conftest import Client, Serve

NAMES = ("a.png", "b.png", "sub/c.png", "other.png")


def picture(seed: int) -> Image.Image:
    """Coloured noise: each seed another picture."""
    cells = np.random.default_rng(seed).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((240, 240), Image.Resampling.BICUBIC)


@dataclass
class Tidied:
    """A service on a.png, the same bytes as b.png and sub/c.png, and another picture, other.png."""

    client: Client
    photos: Path
    aside: Path
    ids: dict[str, str] = field(default_factory=dict)

    def group(self, keep: str, *drop: str) -> dict[str, list[str]]:
        return {"keep": [self.ids[keep]], "drop": [self.ids[each] for each in drop]}

    def plan(self, **asked: Any) -> Any:
        return self.client.post("/api/resolve", json=asked)

    def act(self, *groups: Any, action: str = "move", **asked: Any) -> Any:
        return self.client.post("/api/jobs/resolve", json={"groups": groups, "action": action, **asked})

    def ended(self, answer: Any) -> Any:
        assert answer.status_code == 202, answer.text
        with self.client.stream("GET", f"/api/jobs/{answer.json()['id']}/events") as events:
            return [json.loads(line.removeprefix("data: ")) for line in events.iter_lines() if line][-1]

    def tree(self) -> list[str]:
        return sorted(str(each.relative_to(self.photos)) for each in self.photos.rglob("*.png"))

    def files(self, document: Any) -> dict[str, tuple[str, str]]:
        """By name, what became of each file and why."""
        told = [each for group in document["groups"] for each in group["files"]]
        return {each["path"].partition("photos/")[2]: (each["reason"] or each["outcome"], each["why"]) for each in told}


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of its photos, to be copied."""
    place = tmp_path_factory.mktemp("pattern")
    photos = place / "photos"
    (photos / "sub").mkdir(parents=True)
    for name in NAMES:
        picture(2 if name == "other.png" else 1).save(photos / name)
    for age, name in enumerate(NAMES):
        os.utime(photos / name, (1_600_000_000 + age, 1_600_000_000 + age))
    with lookalike.open(place / "library") as library:
        library.index(photos, describers=["phash"], local=False, planes=False)
    return place


@pytest.fixture
def tidy(pattern: Path, tmp_path: Path, serve: Serve) -> Callable[..., Tidied]:
    """A service whose every user is admin, unless told otherwise."""
    shutil.copytree(pattern, tmp_path, dirs_exist_ok=True)
    (tmp_path / "aside").mkdir()
    photos = tmp_path / "photos"
    with lookalike.open(tmp_path / "library") as library:
        library.move_root(pattern / "photos", photos)

    def served(role: Role = Role.ADMIN, **settings: Any) -> Tidied:
        client = serve(tmp_path / "library", role=role, **{"aside": tmp_path / "aside", **settings})
        made = Tidied(client, photos, tmp_path / "aside")
        for group in client.get("/api/dupes").json()["groups"]:
            made.ids |= {each["path"].partition("photos/")[2]: each["file_id"] for each in group["members"]}
        assert set(made.ids) == {"a.png", "b.png", "sub/c.png"}
        found = client.app.state.service
        made.ids["other.png"] = found.file_ids.of(str(photos / "other.png"))
        return made

    return served


def test_a_plan_says_what_would_become_of_each_file_and_touches_none(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy(Role.WRITE)
    told = tidied.plan().json()
    assert tidied.files(told) == {
        "a.png": ("kept", "oldest: 2020-09-13 12:26:40"),
        "b.png": ("superfluous", "could go"),
        "sub/c.png": ("superfluous", "could go"),
    }
    size = (tidied.photos / "a.png").stat().st_size
    assert told["freed"] == 2 * size
    assert str(tidied.photos.parent) not in json.dumps(told)
    assert {each["file_id"] for each in told["groups"][0]["files"]} <= set(tidied.ids.values())
    assert tidied.tree() == sorted(NAMES)
    assert tidied.client.get("/api/resolve").json()["runs"] == []


def test_files_that_were_moved_aside_are_done_with_until_they_are_back(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy()

    def told() -> list[set[str]]:
        groups = tidied.client.get("/api/dupes").json()["groups"]
        return [{each["path"].rpartition("photos/")[2] for each in group["members"]} for group in groups]

    tidied.ended(tidied.act(tidied.group("a.png", "b.png")))
    assert told() == [{"a.png", "sub/c.png"}]
    assert set(tidied.files(tidied.plan().json())) == {"a.png", "sub/c.png"}
    tidied.ended(tidied.act(tidied.group("a.png", "sub/c.png")))
    assert told() == []
    tidied.ended(tidied.client.post("/api/jobs/undo", json={"runs": 2}))
    assert told() == [{"a.png", "b.png", "sub/c.png"}]


def test_a_decision_goes_before_the_rules(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy(Role.WRITE)
    told = tidied.plan(groups=[tidied.group("sub/c.png", "a.png", "b.png")]).json()
    assert tidied.files(told)["sub/c.png"] == ("kept", "marked to be kept")
    assert tidied.files(told)["a.png"] == ("superfluous", "could go")
    both = {"keep": [tidied.ids["b.png"], tidied.ids["sub/c.png"]], "drop": [tidied.ids["a.png"]]}
    told = tidied.files(tidied.plan(groups=[both]).json())
    assert {name: fate for name, (fate, _) in told.items()} == {
        "b.png": "kept",
        "sub/c.png": "kept",
        "a.png": "superfluous",
    }


def test_what_is_dropped_goes_and_an_undo_brings_it_back(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy()
    last = tidied.ended(tidied.act(tidied.group("b.png", "a.png")))
    assert last["state"] == "done"
    assert last["report"]["counts"] == {"kept": 1, "moved": 1}
    assert tidied.files(last["report"])["b.png"] == ("kept", "marked to be kept")
    assert tidied.tree() == ["b.png", "other.png", "sub/c.png"]
    moved = str(tidied.aside) + str(tidied.photos / "a.png")
    assert Path(moved).is_file()
    told = tidied.client.get("/api/resolve").json()
    assert told["actions"] == ["trash", "move", "hardlink", "symlink"]
    (run,) = told["runs"]
    assert (run["action"], run["files"], run["bytes"]) == ("move", 1, (tidied.photos / "b.png").stat().st_size)
    last = tidied.ended(tidied.client.post("/api/jobs/undo", json={}))
    assert last["report"]["counts"] == {"restored": 1}
    assert tidied.tree() == sorted(NAMES)
    assert tidied.client.get("/api/resolve").json()["runs"] == []
    assert len(tidied.client.get("/api/dupes").json()["groups"][0]["members"]) == 3


def test_the_trash_of_the_system_is_undone_as_well(
    tidy: Callable[..., Tidied], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    tidied = tidy()
    assert tidied.ended(tidied.act(tidied.group("a.png", "b.png"), action="trash"))["state"] == "done"
    assert tidied.tree() == ["a.png", "other.png", "sub/c.png"]
    assert tidied.ended(tidied.client.post("/api/jobs/undo", json={"runs": 1}))["state"] == "done"
    assert tidied.tree() == sorted(NAMES)


@pytest.mark.parametrize("relation", ["part", "variant", "scene", "similar", "anything"])
def test_only_identical_files_and_copies_are_acted_upon(tidy: Callable[..., Tidied], relation: str) -> None:
    tidied = tidy()
    group = tidied.group("a.png", "b.png")
    assert tidied.plan(relation=relation, groups=[group]).status_code == 422
    assert tidied.act(group, relation=relation).status_code == 422


def test_the_last_of_a_group_is_never_dropped(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy()
    none_kept = {"keep": [], "drop": [tidied.ids["a.png"], tidied.ids["b.png"], tidied.ids["sub/c.png"]]}
    assert tidied.act(none_kept).status_code == 422
    twice = tidied.group("a.png", "a.png")
    assert tidied.act(twice).json()["code"] == "bad_query"
    crossed = [tidied.group("a.png", "b.png"), tidied.group("b.png", "a.png")]
    assert tidied.act(*crossed).json()["code"] == "bad_query"
    assert tidied.tree() == sorted(NAMES)


def test_where_the_kept_file_is_gone_the_last_of_the_others_stays(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy()
    (tidied.photos / "a.png").unlink()
    assert tidied.act(tidied.group("a.png", "b.png")).json()["code"] == "nothing_to_do"
    last = tidied.ended(tidied.act(tidied.group("a.png", "b.png", "sub/c.png")))
    assert tidied.tree() == ["b.png", "other.png", "sub/c.png"]
    assert "moved" not in last["report"]["counts"]


def test_another_picture_stays_whatever_was_decided(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy()
    assert tidied.act(tidied.group("a.png", "other.png")).json()["code"] == "nothing_to_do"
    told = tidied.files(tidied.plan(groups=[tidied.group("a.png", "other.png", "b.png")]).json())
    assert told["other.png"][0] == "unproved"
    assert tidied.ended(tidied.act(tidied.group("a.png", "other.png", "b.png")))["state"] == "done"
    assert tidied.tree() == ["a.png", "other.png", "sub/c.png"]


def test_a_file_that_was_changed_unseen_stays(tidy: Callable[..., Tidied]) -> None:
    """Of the same size and time, so that only its bytes tell."""
    tidied = tidy()
    file = tidied.photos / "b.png"
    before = file.stat()
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert tidied.files(tidied.plan().json())["b.png"][0] == "superfluous"
    last = tidied.ended(tidied.act(tidied.group("a.png", "b.png", "sub/c.png")))
    assert last["state"] == "some_failed"
    assert tidied.files(last["report"])["b.png"] == ("changed", "its bytes have changed since it was indexed")
    assert tidied.tree() == ["a.png", "b.png", "other.png"]


def test_a_file_that_is_not_in_the_library_is_none(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy()
    stranger = {"keep": [tidied.ids["a.png"]], "drop": ["0" * 32]}
    assert tidied.act(stranger).json()["code"] == "groups_changed"
    for name in ("/etc/passwd", "../a.png", "a.png", "", "0" * 64, hashlib.sha256(b"").hexdigest(), 7, None):
        assert tidied.act({"keep": [tidied.ids["a.png"]], "drop": [name]}).status_code == 422
        assert tidied.act({"keep": [name], "drop": [tidied.ids["a.png"]]}).status_code == 422
    assert tidied.tree() == sorted(NAMES)


def test_an_id_of_a_file_is_of_one_service_alone(tidy: Callable[..., Tidied]) -> None:
    first, second = tidy(), tidy()
    assert first.ids != second.ids
    assert second.act(first.group("a.png", "b.png")).json()["code"] == "groups_changed"


def test_nothing_is_moved_to_a_folder_that_nobody_named(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy(aside=None)
    assert tidied.act(tidied.group("a.png", "b.png")).json()["code"] == "no_aside"
    assert tidied.act(tidied.group("a.png", "b.png"), action="move:/tmp").status_code == 422
    assert tidied.act(tidied.group("a.png", "b.png"), action="delete").status_code == 422
    assert tidied.act(tidied.group("a.png", "b.png"), into="/tmp").status_code == 422
    assert tidied.client.get("/api/resolve").json()["actions"] == ["trash", "hardlink", "symlink"]


def test_nothing_is_acted_upon_without_a_decision(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy()
    assert tidied.client.post("/api/jobs/resolve", json={"action": "move"}).json()["code"] == "bad_query"
    assert tidied.client.post("/api/jobs/resolve", json={"action": "move", "groups": []}).status_code == 422
    assert tidied.client.post("/api/jobs/resolve", json={"groups": [tidied.group("a.png", "b.png")]}).status_code == 422


@pytest.mark.parametrize("role", [Role.READ, Role.WRITE])
def test_whoever_may_not_act_is_refused(tidy: Callable[..., Tidied], role: Role) -> None:
    tidied = tidy(role)
    assert tidied.act(tidied.group("a.png", "b.png")).json()["code"] == "forbidden"
    assert tidied.client.post("/api/jobs/undo", json={}).json()["code"] == "forbidden"
    assert tidied.plan().status_code == (403 if role is Role.READ else 200)


def test_who_may_not_see_paths_is_told_of_a_run_in_numbers(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy(Role.WRITE)
    report = {"counts": {"moved": 1}, "groups": [{"files": [{"path": "/a", "why": f"to {tidied.aside}/a"}]}]}
    tidied.client.app.state.service.jobs._records.put(Job("0123", "resolve", "done", report=report))
    assert tidied.client.get("/api/jobs/0123").json()["report"] == {"counts": {"moved": 1}}


def test_while_a_job_runs_nothing_is_acted_upon(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy()
    with tidied.client.app.state.service.jobs.reserved("index"):
        assert tidied.act(tidied.group("a.png", "b.png")).json()["code"] == "library_busy"
        assert tidied.client.post("/api/jobs/undo", json={}).json()["code"] == "library_busy"
    assert tidied.tree() == sorted(NAMES)


def test_the_command_line_keeps_what_a_document_marks(tidy: Callable[..., Tidied]) -> None:
    tidied = tidy()
    members = [{"path": str(tidied.photos / name)} for name in ("a.png", "b.png")]
    document = {"schema": "lookalike/dupes/1", "groups": [{"relation": "identical", "members": members}]}
    with lookalike.open(tidied.photos.parent / "library") as library:
        found = library.read_groups(document).resolve()
        assert [each.fate for each in found.outcomes if each.path.endswith("b.png")] == ["superfluous"]
        members[1]["keep"] = True
        found = library.read_groups(document).resolve()
        assert [each.why for each in found.outcomes] == ["marked to be kept", "could go"]
