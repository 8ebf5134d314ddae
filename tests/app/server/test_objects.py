"""Objects by the service: listed, and views put in and taken out, in the words of the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import lookalike
from lookalike.app.server.roles import Role
from lookalike.store.lock import writer_lock

from ..conftest import Program
from .conftest import Client, Serve


@pytest.fixture
def own(shelf: Path, tmp_path: Path, serve: Serve) -> Client:
    """A service whose users may write."""
    shutil.copytree(shelf / "library", tmp_path / "library")
    return serve(tmp_path / "library", role=Role.WRITE)


@pytest.fixture
def ids(own: Client) -> list[str]:
    """Pictures of the library, by path."""
    records = own.app.state.service.library.records()
    return [record.content.sha256 for record in sorted(records, key=lambda record: record.path)]


def test_views_are_put_in_listed_asked_by_and_taken_out(own: Client, ids: list[str]) -> None:
    assert own.get("/api/objects").json() == {"schema": "lookalike/objects/1", "objects": []}
    put = own.post("/api/objects/views", json={"object": "blue mug", "ids": ids[:2]}).json()
    assert (put["views"], put["objects"], put["moved"], put["left_out"]) == (2, 1, 0, [])
    moved = own.post("/api/objects/views", json={"object": "a/b ü", "ids": ids[1:3]}).json()
    assert (moved["views"], moved["moved"]) == (2, 1)
    assert own.get("/api/objects").json()["objects"] == [
        {"object": "a/b ü", "views": 2},
        {"object": "blue mug", "views": 1},
    ]
    views = own.get("/api/objects/views", params={"object": ["blue mug", "a/b ü"]}).json()["views"]
    assert [(each["object"], each["id"], each["path"]) for each in views] == [
        ("a/b ü", ids[1], "photos/1.png"),
        ("a/b ü", ids[2], "photos/2.png"),
        ("blue mug", ids[0], "photos/0.png"),
    ]
    hits = own.get("/api/search", params={"id": ids[0], "as": "objects"}).json()["hits"]
    assert hits[0]["thing"]["name"] == "blue mug"
    assert own.post("/api/objects/views/remove", json={"ids": ids[:2], "objects": ["a/b ü"]}).json()["removed"] == 1
    assert own.post("/api/objects/views/remove", json={"objects": ["a/b ü"]}).json()["removed"] == 1
    assert own.post("/api/objects/views/remove", json={"ids": ids}).json()["removed"] == 1
    assert own.get("/api/objects").json()["objects"] == []
    assert own.get("/api/objects/views", params={"object": "blue mug"}).json()["views"] == []


def test_the_documents_are_those_of_the_command_line(own: Client, ids: list[str], here: Program) -> None:
    own.post("/api/objects/views", json={"object": "mug", "ids": ids[:1]})
    for words, url in ((["list"], "/api/objects"), (["list", "mug"], "/api/objects/views?object=mug")):
        written, answered = json.loads(here("objects", *words, "--json").out), own.get(url).json()
        for row in answered.get("views", []):
            assert row.pop("id") == ids[0]
        for row in written.get("views", []):
            row["path"] = "/".join(Path(row["path"]).parts[-2:])
        assert answered == written


@pytest.mark.parametrize(
    "given",
    [
        {"object": "", "ids": ["0" * 64]},
        {"object": "a"},
        {"object": "a", "ids": []},
        {"object": "a", "ids": ["../../etc/passwd"]},
        {"object": "a", "ids": ["/photos/0.png"]},
        {"object": "a\nb", "ids": None},
        {"object": "a", "ids": ["0" * 64], "path": "/etc"},
        {},
    ],
)
def test_what_is_no_object_or_no_picture_is_refused(own: Client, ids: list[str], given: dict[str, object]) -> None:
    given = {**given, "ids": ids} if "ids" in given and given["ids"] is None else given
    for url in ("/api/objects/views", "/api/objects/views/remove"):
        refused = own.post(url, json=given)
        assert refused.status_code in ((422, 404) if url.endswith("remove") else (422,))
    assert own.get("/api/objects").json()["objects"] == []


def test_what_is_not_there_is_told(own: Client, ids: list[str]) -> None:
    unknown = own.post("/api/objects/views", json={"object": "mug", "ids": [ids[0], "0" * 64]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_picture")
    assert own.get("/api/objects").json()["objects"] == []
    assert own.post("/api/objects/views/remove", json={"objects": ["mug"]}).status_code == 422
    assert own.get("/api/objects/views").status_code == 422


def test_a_view_belongs_to_all_files_of_the_bytes(shelf: Path, tmp_path: Path, serve: Serve) -> None:
    (tmp_path / "photos").mkdir()
    for name in ("a.png", "b.png"):
        shutil.copy(shelf / "photos" / "0.png", tmp_path / "photos" / name)
    with lookalike.open(tmp_path / "library") as library:
        library.index(tmp_path / "photos", describers=["phash"], local=False, planes=False)
        (id,) = {record.content.sha256 for record in library.records()}
    client = serve(tmp_path / "library", role=Role.WRITE)
    assert client.post("/api/objects/views", json={"object": "mug", "ids": [id]}).json()["views"] == 1
    views = client.get("/api/objects/views", params={"object": "mug"}).json()["views"]
    assert [each["path"] for each in views] == ["photos/a.png", "photos/b.png"]


def test_while_another_process_writes_views_wait(own: Client, ids: list[str], tmp_path: Path) -> None:
    with writer_lock(tmp_path / "library"):
        answer = own.post("/api/objects/views", json={"object": "mug", "ids": ids})
    assert (answer.status_code, answer.json()["code"]) == (503, "library_busy")


def test_those_who_read_change_nothing(client: Client, picture_id: str) -> None:
    for url in ("/api/objects/views", "/api/objects/views/remove"):
        assert client.post(url, json={"object": "mug", "ids": [picture_id]}).status_code == 403
    assert client.get("/api/objects").status_code == 200
