"""Labels by the service: given, listed, found by, and taken away."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

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
