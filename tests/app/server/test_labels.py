"""Labels by the service: given, listed, found by, and taken away."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

import lookalike
from lookalike.app.server.roles import Role
from lookalike.store.lock import writer_lock

from .conftest import Client, Serve


@pytest.fixture
def own(shelf: Path, tmp_path: Path, serve: Serve) -> Client:
    """A service whose users may write."""
    shutil.copytree(shelf / "library", tmp_path / "library")
    return serve(tmp_path / "library", role=Role.WRITE)


def test_labels_are_given_found_by_and_taken_away(own: Client, picture_id: str) -> None:
    place = f"/api/pictures/{picture_id}/labels"
    assert own.get(place).json()["labels"] == []
    assert own.post(place, json={"labels": ["apple", "price=3.50"]}).json()["labels"] == ["apple", "price=3.50"]
    assert own.post(place, json={"labels": ["price=4"]}).json()["labels"] == ["apple", "price=4"]
    assert own.get("/api/labels").json()["labels"] == [{"label": "apple", "files": 1}, {"label": "price=4", "files": 1}]
    found = own.get("/api/search", params={"id": picture_id, "where": "label = apple"}).json()["hits"]
    assert [each["id"] for each in found] == [picture_id]
    assert own.post(f"{place}/remove", json={"labels": ["price"]}).json()["labels"] == ["apple"]
    assert own.get(place).json()["labels"] == ["apple"]


@pytest.mark.parametrize("labels", [[], [""], ["a" * 1001], ["apple"] * 101, "apple", None, ["\0"], ["=3"]])
def test_what_is_no_label_is_refused(own: Client, picture_id: str, labels: object) -> None:
    assert own.post(f"/api/pictures/{picture_id}/labels", json={"labels": labels}).status_code == 422
    assert own.get("/api/labels").json()["labels"] == []


def test_a_picture_that_is_not_there_has_no_labels(own: Client) -> None:
    for answer in (
        own.get(f"/api/pictures/{'0' * 64}/labels"),
        own.post(f"/api/pictures/{'0' * 64}/labels", json={"labels": ["a"]}),
    ):
        assert answer.json()["code"] == "no_such_picture"


def test_while_another_process_writes_labels_wait(own: Client, picture_id: str, tmp_path: Path) -> None:
    with writer_lock(tmp_path / "library"):
        answer = own.post(f"/api/pictures/{picture_id}/labels", json={"labels": ["apple"]})
    assert (answer.status_code, answer.json()["code"]) == (503, "library_busy")
    assert answer.headers["retry-after"]


def test_classes_and_suggested_labels_are_those_of_the_command_line(
    own: Client, picture: bytes, shelf: Path, tmp_path: Path
) -> None:
    """The same value by REST as by Python, of which the command line prints it."""
    with lookalike.open(tmp_path / "library") as library:
        photos = sorted((shelf / "photos").glob("*.png"))
        for number, path in enumerate(photos[1:]):
            library.labels.add(path, ("apple", "pear")[number % 2])
        (named,) = library.classify(picture, by="label")
        suggested = library.suggest_labels(photos[0], least=0)
    answer = own.post("/api/classify", files={"picture": ("new.png", picture)}).json()
    (told,) = answer["classified"]
    assert (told["query"], told["class"], told["probability"]) == ("new.png", named.label, named.probability)
    assert told["scores"] == {name: round(score, 6) for name, score in named.scores}
    assert own.post("/api/classify", data={"by": "folder"}).json()["detail"].startswith("send a picture")
    sent = hashlib.sha256(picture).hexdigest()
    (one,) = own.get("/api/labels/suggested", params={"id": sent, "least": 0}).json()["suggested"]
    assert [(one["label"], one["probability"])] == [(each.label, each.probability) for each in suggested]
    assert not Path(one["path"]).is_absolute()
    assert own.get(f"/api/pictures/{sent}/labels").json()["labels"] == []  # suggested, not written
    by_folder = own.post("/api/classify", data={"id": sent, "by": "folder", "least": 0}).json()["classified"][0]
    assert not any(Path(name).is_absolute() for name in by_folder["scores"])


@pytest.mark.parametrize("by", ["folder:/etc", "folder:"])
def test_no_folder_of_the_machine_is_named_as_a_class(own: Client, picture_id: str, by: str) -> None:
    """By which of its pictures have a class one could feel where they lie."""
    for answer in (
        own.post("/api/classify", data={"id": picture_id, "by": by}),
        own.get("/api/search", params={"id": picture_id, "group_by": by}),
        own.get("/api/labels/suggested", params={"id": picture_id, "by": by}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_query")
        assert "no folder is named here" in answer.json()["detail"]
