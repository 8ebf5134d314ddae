"""One picture of the library, two pictures, and the library as a whole."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import lookalike
from lookalike.app.server.roles import Role

from .conftest import Client, Serve


def test_a_picture_is_known_with_all_of_its_files(client: Client, picture_id: str, picture: bytes) -> None:
    told = client.get(f"/api/pictures/{picture_id}").json()
    assert told["files"] == [{"path": "photos/0.png"}]
    assert (told["id"], told["bytes"], told["format"], told["size"]) == (picture_id, len(picture), "png", [64, 64])


@pytest.mark.parametrize(
    "id",
    [
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "0.png",
        "photos%2f0.png",
        "%00",
        "A" * 64,
        "a" * 63,
        "-1",
        "0",
        "file:%2f%2f%2fx",
    ],
)
def test_no_path_stands_for_a_picture(client: Client, id: str) -> None:
    for part in ("", "/thumbnail", "/original"):
        assert client.get(f"/api/pictures/{id}{part}").status_code in (403, 404, 422)


@pytest.mark.parametrize(
    "name", ["..%2fserver%2ffactory.py", "__init__.py", "index.html", "%2e%2e%2fpage.css", "nothing"]
)
def test_the_page_gives_no_file_but_its_own(client: Client, name: str) -> None:
    assert client.get(f"/web/{name}").status_code == 404


def test_a_thumbnail_is_of_the_pixels_alone(serve: Serve, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret"
    (tmp_path / "photos").mkdir()
    file = tmp_path / "photos" / "a.jpg"
    Image.new("RGB", (600, 300), "teal").save(file, exif=exif)
    with lookalike.open(tmp_path / "library") as library:
        library.index(file, describers=["phash"], local=False, planes=False)
    id = hashlib.sha256(file.read_bytes()).hexdigest()
    client = serve(tmp_path / "library", role=Role.ADMIN, originals=True)
    small = client.get(f"/api/pictures/{id}/thumbnail")
    with Image.open(io.BytesIO(small.content)) as image:
        assert image.size == (240, 120)
    assert b"secret" not in small.content
    whole = client.get(f"/api/pictures/{id}/original")
    assert whole.content == file.read_bytes()
    assert whole.headers["content-disposition"].startswith("attachment")
    assert whole.headers["content-type"] == "application/octet-stream"
    file.write_bytes(b"something else")
    assert client.get(f"/api/pictures/{id}/original").status_code == 410
    assert client.get(f"/api/pictures/{id}/thumbnail").content == small.content  # which was made before
    assert client.get(f"/api/pictures/{id}/thumbnail?side=100").status_code == 410


def test_originals_stay_where_they_are_unless_that_is_asked_for(serve: Serve, shelf: Path, picture_id: str) -> None:
    client = serve(shelf / "library", role=Role.ADMIN)
    assert client.get(f"/api/pictures/{picture_id}/original").json()["code"] == "no_originals"


def test_two_pictures_are_compared_and_matched(client: Client, picture_id: str, picture: bytes) -> None:
    pair = {"a_id": picture_id}, {"b": ("b.png", picture)}
    assert client.post("/api/compare", data=pair[0], files=pair[1]).json()["relation"] == "identical"
    matched = client.post("/api/match", data={**pair[0], "local": "orb"}, files=pair[1]).json()
    assert matched["a"]["size"] == [64, 64]
    assert client.post("/api/match", data={**pair[0], "local": "none"}, files=pair[1]).status_code == 422
    assert "send one picture" in client.post("/api/compare", data=pair[0]).json()["detail"]
    both = {**pair[0], "b_id": picture_id}
    assert "send one picture" in client.post("/api/compare", data=both, files=pair[1]).json()["detail"]


def test_every_channel_of_the_library_says_what_it_sees_in_two_pictures(
    client: Client, picture_id: str, picture: bytes, shelf: Path
) -> None:
    other = (shelf / "photos" / "1.png").read_bytes()
    told = client.post("/api/explain", data={"b_id": picture_id}, files={"a": ("a.png", other)}).json()
    named = client.get("/api/status").json()["channels"]
    with lookalike.open(shelf / "library") as library:
        compared = lookalike.compare(other, picture, describers=[space.name for space in library.status().spaces])
    assert {each["channel"]: each["line"] for each in told["channels"]} == {
        name: explanation.line for name, explanation in compared.explanations.items()
    }
    assert {each["channel"] for each in told["channels"]} <= named.keys()
    (drawn,) = {each["picture"].partition(",")[0] for each in told["channels"] if each["picture"]}
    assert drawn == "data:image/webp;base64"
    with Image.open(io.BytesIO(base64.b64decode(told["channels"][0]["picture"].partition(",")[2]))) as image:
        assert max(image.size) <= 480
    assert client.post("/api/explain", data={"b_id": picture_id}).status_code == 422


def test_a_template_is_located_in_a_picture(client: Client, picture_id: str, shelf: Path) -> None:
    with Image.open(shelf / "photos" / "0.png") as image:
        file = io.BytesIO()
        image.crop((16, 8, 48, 40)).save(file, "PNG")
    told = client.post("/api/locate", data={"image_id": picture_id}, files={"template": file.getvalue()}).json()
    assert told["placements"][0]["box"] == pytest.approx([16, 8, 32, 32], abs=0.1)
    whole = client.post("/api/locate", files={"template": file.getvalue()})
    assert whole.status_code == 422  # the shelf keeps no planes


def test_groups_name_their_members_by_id_too(serve: Serve, tmp_path: Path, picture: bytes, picture_id: str) -> None:
    (tmp_path / "photos").mkdir()
    for name in ("a.png", "b.png"):
        (tmp_path / "photos" / name).write_bytes(picture)
    with lookalike.open(tmp_path / "library") as library:
        library.index(tmp_path / "photos", describers=["phash"], local=False, planes=False)
    client = serve(tmp_path / "library")
    told = client.get("/api/dupes").json()
    assert told["superfluous"]["files"] == 1
    (group,) = told["groups"]
    assert {(member["path"], member["id"]) for member in group["members"]} == {
        ("photos/a.png", picture_id),
        ("photos/b.png", picture_id),
    }
    assert client.get("/api/dupes?relation=copy").status_code == 422  # it keeps no local features
    assert client.get("/api/dupes?relation=none").status_code == 422
    assert client.get("/api/dupes?precision=nan").status_code == 422


def test_status_describers_health_and_figures(serve: Serve, shelf: Path, picture_id: str) -> None:
    client = serve(shelf / "library")
    assert client.get("/api/health").json() == {"schema": "lookalike/health/1", "ok": True}
    assert client.get("/api/status").json()["images"] == 4
    assert "phash" in {each["name"] for each in client.get("/api/describers").json()["describers"]}
    client.get(f"/api/pictures/{picture_id}")
    figures = client.get("/api/metrics").text
    assert 'lookalike_requests_total{method="GET",route="/api/pictures/{id}",status="200"} 1.0' in figures
    assert "lookalike_pictures 4.0" in figures
    assert picture_id not in figures


def test_upkeep_tells_folders_failures_and_room(serve: Serve, shelf: Path, tmp_path: Path, draw: Any) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    draw(photos / "a.png", 1)
    for at in range(3):
        (photos / f"note {at}.png").write_text("hello")
    (photos / "empty.png").write_bytes(b"")
    with lookalike.open(tmp_path / "library") as library:
        library.index(photos, describers=["phash"], local=False, planes=False)
    client = serve(tmp_path / "library", role=Role.WRITE)
    told = client.get("/api/upkeep").json()
    assert told["folders"] == [{"path": "photos", "is_there": True, "files": 1}]
    assert told["failures"] == [{"reason": "not_an_image", "files": 4}]
    assert told["calibration"] is None
    assert told["free"] == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.1)
    assert client.get("/api/folders").json()["folders"][0]["files"] == 1
    failed = client.get("/api/failures", params={"start": 2, "count": 1}).json()
    assert failed["total"] == 4
    assert failed["failures"] == [{"path": "photos/note 1.png", "reason": "not_an_image", "detail": None}]
    assert client.get("/api/failures?reason=truncated").json()["total"] == 0
    assert client.get("/api/failures?reason=odd").status_code == 422
    told = serve(tmp_path / "library", role=Role.ADMIN).get("/api/failures").json()["failures"][-1]
    assert told["path"] == str(photos / "note 2.png")
    assert "hello" in told["detail"]


def test_the_routes_are_described_without_another_host(client: Client) -> None:
    page = client.get("/docs").text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page
    assert "http://" not in page
    assert "https://" not in page
