"""Questions by HTTP are those of the command line, and no more."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import lookalike
from lookalike.app.server.roles import Role

from .conftest import ALL, Client, Serve, bearer

PNG = "image/png"


def upload(picture: bytes, name: str = "0.png") -> dict[str, Any]:
    return {"picture": (name, picture, PNG)}


def test_an_upload_finds_what_the_command_line_finds(client: Client, shelf: Path, picture: bytes) -> None:
    told = client.post("/api/search", files=upload(picture), data={"k": "3"}).json()
    with lookalike.open(shelf / "library") as library:
        known = json.loads(library.search(picture, k=3).to_json())
    for hit in told["hits"]:
        assert hit.pop("id") == hashlib.sha256((shelf / hit["path"]).read_bytes()).hexdigest()
    assert [hit.pop("rank") for hit in told["hits"]] == [1, 2, 3]
    for document in (told, known):
        document.pop("seconds")
        document["query"].pop("sources")
    for hit in known["hits"]:
        hit["path"] = str(Path(hit["path"]).relative_to(shelf))
    assert told.pop("next") is None
    assert told == known


def test_views_are_several_uploads_and_ids_by_their_names(client: Client, picture: bytes, picture_id: str) -> None:
    told = client.post("/api/search", files=upload(picture, "mine.png"), data={"id": picture_id}).json()
    assert told["query"]["sources"] == ["mine.png", "photos/0.png"]


def test_an_id_in_the_address_asks_the_same(client: Client, picture_id: str) -> None:
    by_form = client.post("/api/search", data={"id": picture_id}).json()
    by_address = client.get("/api/search", params={"id": picture_id}).json()
    assert by_address["hits"] == by_form["hits"]
    assert by_form["hits"][0]["relation"] == "identical"


def test_minus_where_crop_and_orientation_go_through(client: Client, picture: bytes, picture_id: str) -> None:
    asked = {
        "where": "width > 60",
        "crop": "0,0,32,32",
        "any_orientation": "true",
        "minus_id": picture_id,
        "by": "phash=2",
    }
    told = client.post("/api/search", files=upload(picture), data=asked).json()["query"]
    assert told["minus"] == ["photos/0.png"]
    assert (told["where"], told["crop"], told["any_orientation"]) == ("width > 60", [0, 0, 32, 32], True)
    assert told["by"] == {"phash": 2}


def test_words_ask_for_names(client: Client) -> None:
    told = client.get("/api/search", params={"words": "photos"}).json()
    assert told["query"]["sources"] == ["photos"]
    assert len(told["hits"]) == 4


def test_pages_go_on_where_the_last_one_ended(client: Client, picture_id: str) -> None:
    whole = client.get("/api/search", params={"id": picture_id}).json()
    first = client.get("/api/search", params={"id": picture_id, "page": 1}).json()
    second = client.get(f"/api/search/{first['next']}", params={"page": 2}).json()
    third = client.get(f"/api/search/{second['next']}").json()
    assert first["hits"] + second["hits"] + third["hits"] == whole["hits"]
    assert third["next"] is None


@pytest.mark.parametrize("token", ["none.1", "none", "none.-1", "none.9999999999", "%2e%2e.1", "x.\u0663"])
def test_a_page_that_is_not_kept_is_told(client: Client, token: str) -> None:
    assert client.get(f"/api/search/{token}").json()["code"] == "page_gone"


def test_questions_are_worked_on_by_threads_of_the_service_alone(serve: Serve, shelf: Path, picture: bytes) -> None:
    client = serve(shelf / "library")
    before = set(threading.enumerate())
    large = picture + b"\0" * 2 * 2**20
    for sent in (picture, large):
        assert client.post("/api/search", files={"picture": sent}, data={"k": "2"}).status_code == 200
    assert client.get("/api/status").status_code == 200
    made = {thread.name.rpartition("_")[0] or thread.name for thread in set(threading.enumerate()) - before}
    assert "question" in made
    assert [name for name in made if "AnyIO" in name] == []


def test_answers_that_are_gone_on_end_where_they_end(client: Client, picture_id: str) -> None:
    token = client.get("/api/search", params={"id": picture_id, "page": 1}).json()["next"].split(".")[0]
    assert client.get(f"/api/search/{token}.999").json()["hits"] == []


BAD: list[tuple[dict[str, str], int, str]] = [
    ({}, 422, "needs a picture"),
    ({"were": "width > 1"}, 422, "no field 'were'"),
    ({"k": "0"}, 422, "k:"),
    ({"k": "1001"}, 422, "k:"),
    ({"precision": "nan"}, 422, "precision:"),
    ({"id": "../../etc/passwd"}, 422, "id:"),
    ({"id": "a" * 64}, 404, "no picture of this id"),
    ({"picture": "/etc/passwd"}, 422, "send it as a file"),
    ({"colour": "/etc/passwd"}, 422, "colour"),
    ({"crop": "nan,0,1,1", "colour": "red"}, 422, "finite"),
    ({"crop": "1,2,3", "colour": "red"}, 422, "crop is X,Y,W,H"),
    ({"by": "convnet:weights=/etc/passwd", "colour": "red"}, 422, "no channel"),
    ({"by": "phash=nan", "colour": "red"}, 422, "weight"),
    ({"by": "phash=-1", "colour": "red"}, 422, "weight"),
    ({"where": "colour = red", "colour": "red"}, 422, "no field"),
    ({"where": "(" * 500, "colour": "red"}, 422, "does not parse"),
    ({"text": "a dog"}, 422, "words"),
    ({"url": "http://example.org/a.jpg"}, 403, "fetches nothing"),
    ({"colour": "red"}, 422, "colours are compared by"),
]


@pytest.mark.parametrize(("fields", "status", "told"), BAD, ids=[str(fields)[:40] for fields, _, _ in BAD])
def test_what_cannot_be_asked_is_a_problem_that_says_why(
    client: Client, fields: dict[str, str], status: int, told: str
) -> None:
    answer = client.post("/api/search", data=fields)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["schema"], problem["status"]) == ("lookalike/error/1", status)
    assert told in problem["detail"]
    page = client.get("/ask", params=fields)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")


URLS = [
    "file:///etc/passwd",
    "/etc/passwd",
    "gopher://127.0.0.1/",
    "ftp://127.0.0.1/a.jpg",
    "http://127.0.0.1/",
    "http://127.0.0.1:8000/api/status",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://user:secret@127.0.0.1/",
    "http://1.1.1.1:22/",
    "http://1.1.1.1\\@127.0.0.1/",
    "http://127.0.0.1#@1.1.1.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http:///a.jpg",
    "http://",
]


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_leads_inside_is_not_fetched(fetching: Client, url: str) -> None:
    problem = fetching.post("/api/search", data={"url": url}).json()
    assert problem["code"] == "fetch_refused"
    assert "secret" not in problem["detail"]


def bomb() -> bytes:
    """A PNG of 40,000 x 40,000 px in some bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = (40_000).to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "reason"), [(bomb(), "too_large"), (b"no picture", "not_an_image"), (b"<svg/>", "not_an_image")]
)
def test_an_upload_that_is_a_bomb_or_no_picture_is_refused(client: Client, data: bytes, reason: str) -> None:
    answer = client.post("/api/search", files=upload(data, "a.png"))
    assert answer.status_code == 422
    assert reason in answer.json()["detail"]


def test_too_many_pictures_are_refused(client: Client, picture: bytes) -> None:
    many = [("picture", (f"{at}.png", picture, PNG)) for at in range(17)]
    assert client.post("/api/search", files=many).status_code in (400, 422)


def test_a_body_that_is_no_form_is_told(client: Client) -> None:
    assert client.post("/api/search", json={"id": "a"}).json()["code"] == "not_a_form"


def test_names_with_markup_stay_text(serve: Serve, tmp_path: Path, picture: bytes) -> None:
    name = "<img src=x onerror=alert(1)>\"'&\u202egnp.png"
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / name).write_bytes(picture)
    with lookalike.open(tmp_path / "library") as library:
        library.index(tmp_path / "photos", describers=["phash"], local=False, planes=False)
    client = serve(tmp_path / "library")
    for page in (
        client.get("/ask", params={"id": hashlib.sha256(picture).hexdigest()}),
        client.post("/ask", files=upload(picture, name)),
    ):
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert "&lt;img src=x" in page.text
        assert "\u202e" not in page.text


def test_a_plain_form_with_empty_fields_asks(client: Client, picture: bytes) -> None:
    empty = {"colour": "", "text": "", "where": " ", "k": "2"}
    page = client.post("/ask", files=upload(picture), data=empty)
    assert page.status_code == 200
    assert page.text.count('class="card"') == 2
    assert client.post("/ask", files={"picture": ("", b"", "application/octet-stream")}).status_code == 422


def test_only_admin_sees_where_files_lie(serve: Serve, shelf: Path, picture_id: str) -> None:
    client = serve(shelf / "library", tokens=ALL)
    urls = ["/api/status", f"/api/pictures/{picture_id}", f"/api/search?id={picture_id}", "/api/dupes", "/api/metrics"]
    for url in [*urls, f"/ask?id={picture_id}", f"/api/search?id={picture_id}&where=path=/*"]:
        assert str(shelf) not in client.get(url, headers=bearer(Role.READ)).text
    for url in (f"/api/search?id={picture_id}", "/api/folders", "/api/status"):
        assert str(shelf) in client.get(url, headers=bearer(Role.ADMIN)).text
    probe = client.get(
        "/api/search", params={"id": picture_id, "where": "not (width = 1 or PATH = /*)"}, headers=bearer(Role.WRITE)
    )
    assert probe.json()["code"] == "forbidden"


def test_a_missing_library_is_told_without_its_place(serve: Serve, tmp_path: Path) -> None:
    answer = serve(tmp_path / "none").get("/api/status")
    assert answer.status_code == 503
    assert answer.json()["code"] == "library_missing"
    assert str(tmp_path) not in answer.text


def test_a_picture_in_a_format_that_browsers_lack_has_a_thumbnail(client: Client, picture_id: str, shelf: Path) -> None:
    answer = client.get(f"/api/pictures/{picture_id}/thumbnail", params={"side": 32})
    assert answer.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (32, 32)
        assert not image.getexif()


def test_parts_have_weights_and_say_what_moved_an_answer(client: Client, picture: bytes, picture_id: str) -> None:
    asked = {"part": ["2:picture:1", f"-0.5:id:{picture_id}", "words:photos"]}
    told = client.post("/api/search", files=upload(picture, "mine.png"), data=asked).json()
    assert told["query"]["sources"] == ["2:mine.png", "words:photos"]
    assert told["query"]["minus"] == ["0.5:photos/0.png"]
    assert set(told["hits"][0]["parts"]) == {"2:mine.png", "words:photos", "- 0.5:0.png"}
    assert "photos/" not in told["hits"][0]["why"]
    views = client.post("/api/search", files=upload(picture, "mine.png"), data={"part": "words:photos"}).json()
    assert views["query"]["sources"] == ["mine.png", "words:photos"]


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("0:colour:teal", "a number above 0"),
        ("nan:colour:teal", "a number above 0"),
        ("-colour:teal", "every part of the question is a minus"),
        ("2:/etc/passwd", "a part is written"),
        ("2:picture:1", "of 0, not picture:1"),
        ("-words:invoice", "words are not taken away"),
    ],
)
def test_a_part_that_is_none_is_refused(client: Client, part: str, told: str) -> None:
    found = client.get("/api/search", params={"part": part})
    assert found.status_code == 422
    assert told in found.json()["detail"]


def test_judged_answers_count_and_are_not_kept(client: Client, shelf: Path, picture_id: str) -> None:
    whole = client.get("/api/search", params={"id": picture_id}).json()["hits"]
    asked = {"id": picture_id, "like_id": whole[2]["id"], "unlike_id": whole[1]["id"]}
    told = client.get("/api/search", params=asked).json()
    assert whole[1]["id"] not in [hit["id"] for hit in told["hits"]]
    assert told["hits"][0]["parts"]["liked"] >= 0
    alone = client.get("/api/search", params={"id": picture_id, "like_id": whole[2]["id"]}).json()["hits"]
    assert alone[0]["parts"].keys() == {"0.png", "liked"}
    assert "like" not in told["query"]
    with lookalike.open(shelf / "library") as library:
        assert library.judgements.questions() == []


def test_answers_by_thing_are_those_of_the_command_line_and_name_no_folder_above(serve: Serve, tmp_path: Path) -> None:
    photos = tmp_path / "secret" / "photos"
    for name, colour in (("red", (200, 20, 20)), ("blue", (20, 20, 200))):
        (photos / name).mkdir(parents=True)
        for level in range(3):
            Image.new("RGB", (32, 32), tuple(part + level for part in colour)).save(photos / name / f"{level}.png")
    with lookalike.open(tmp_path / "library") as library:
        library.index(photos, describers=["histogram"], local=False, planes=False)
        library.objects.gather("folder")
        known = json.loads(library.search("colour:red", things=lookalike.Things("object")).to_json())
    client = serve(tmp_path / "library")
    told = client.get("/api/search", params={"colour": "red", "group_by": "object", "least": "0.5"}).json()
    assert told["verdict"] == known["verdict"]
    assert told["verdict"]["name"] == "red"
    assert [hit["thing"] for hit in told["hits"]] == [hit["thing"] for hit in known["hits"]]
    as_objects = client.post("/api/search", data={"colour": "red", "as": "objects"}).json()
    assert as_objects["hits"][0]["thing"] == {"by": "object", "name": "red", "views": 3}
    folders = client.get("/api/search", params={"colour": "red", "group_by": "folder"}).json()
    assert folders["hits"][0]["thing"]["name"] == folders["verdict"]["name"] == "photos/red"
    assert "secret" not in json.dumps(folders)
    assert "secret" not in json.dumps(as_objects)
    assert client.get("/api/search", params={"colour": "red", "as": "labels"}).status_code == 422
    assert client.get("/api/search", params={"colour": "red", "least": "0.5"}).status_code == 422


def test_answers_speak_of_a_picture_of_the_library_by_its_name(client: Client, picture_id: str) -> None:
    others = client.get("/api/search", params={"id": picture_id}).json()["hits"][1:]
    asked = {"id": picture_id, "like_id": others[0]["id"], "minus_id": others[-1]["id"]}
    found = client.get("/api/search", params=asked).json()["hits"]
    assert {"0.png", f"- {Path(others[-1]['path']).name}", "liked"} <= set(found[0]["parts"])
