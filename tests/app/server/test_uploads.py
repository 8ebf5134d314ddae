"""Pictures that are added over HTTP: kept whole, by names of our own, told where they are refused, found at once."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lookalike.app.server import upload_folder
from lookalike.app.server.jobs import Reserved
from lookalike.app.server.roles import Role
from lookalike.app.server.upload_folder import UploadFolder, made_ready, stem_of
from lookalike.errors import BadQuery
from lookalike.search import atomic

from ..conftest import Program
from .conftest import Client, Serve
from .test_attacks import CLIMBS, PLACES
from .test_jobs import followed

Sent = tuple[str, tuple[str, bytes]]
NAMES = (
    *CLIMBS,
    *(place.format(climb) for place in PLACES for climb in CLIMBS),
    *(f"{climb}.jpg" for climb in CLIMBS),
    *("", ".", " ", "....", ".hidden.png", "-rf", "CON.png", "nul", "a" * 5000, "\u202egpj.exe", "a\r\nX: y.png"),
    *("<img src=x onerror=alert(1)>.png", "a;b|c&d$(e)`f`.png", "\udcff\udcfe.png", "\u0301" * 300, "%s%n.png"),
)


def drawn(seed: int, format: str = "PNG", **more: Any) -> bytes:
    """A picture that no other seed gives."""
    file = io.BytesIO()
    Image.effect_mandelbrot((96, 64), (-2 + seed / 10, -1.5, 1, 1.5), 40).convert("RGB").save(file, format, **more)
    return file.getvalue()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def send(client: Client, *pictures: tuple[str, bytes]) -> Any:
    return client.post("/api/pictures", files=[("picture", each) for each in pictures])


def all_files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def added(tmp_path: Path) -> Path:
    (tmp_path / "added").mkdir()
    return tmp_path / "added"


@pytest.fixture
def own(shelf: Path, tmp_path: Path, added: Path, serve: Serve) -> Client:
    """A service that keeps pictures, on a library of its own."""
    shutil.copytree(shelf / "library", tmp_path / "library")
    return serve(tmp_path / "library", role=Role.WRITE, uploads=added)


@pytest.fixture
def still(own: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The same, whose jobs end as soon as they begin, having done nothing."""

    def begin(reserved: Reserved, arguments: list[str], given: bytes = b"") -> None:
        reserved.has_begun, reserved.job.state = True, "done"
        jobs._records.put(reserved.job)
        reserved.lock.release()

    jobs = own.app.state.service.jobs
    monkeypatch.setattr(jobs, "begin", begin)
    return own


def test_what_is_added_is_kept_indexed_and_found_without_a_restart(own: Client, added: Path, picture: bytes) -> None:
    new, other = drawn(1), drawn(2, "JPEG")
    answer = send(own, ("My beach.JPEG", new), ("notes.png", b"no picture"), ("shelf.png", picture), ("b.gif", other))
    assert answer.status_code == 202
    told = answer.json()
    assert [(each["upload"], each["id"], each["new"]) for each in told["pictures"]] == [
        ("My beach.JPEG", sha256(new), True),
        ("shelf.png", sha256(picture), False),
        ("b.gif", sha256(other), True),
    ]
    assert [each["path"] for each in told["pictures"]] == [
        f"added/My_beach-{sha256(new)[:16]}.png",
        "photos/0.png",
        f"added/b-{sha256(other)[:16]}.jpg",
    ]
    (refused,) = told["refused"]
    assert (refused["upload"], refused["reason"]) == ("notes.png", "not_an_image")
    last = followed(own, told["job"])[-1]
    assert (last["state"], last["report"]["added"]) == ("done", 2)
    assert sorted(all_files(added).values()) == sorted([new, other])
    for data in (new, other):
        first = own.get("/api/search", params={"id": sha256(data)}).json()["hits"][0]
        assert (first["id"], first["relation"]) == (sha256(data), "identical")
    assert "added" in [each["path"] for each in own.get("/api/folders").json()["folders"]]
    again = send(own, ("other name.png", new)).json()
    assert (again["pictures"][0]["new"], again["job"]) == (False, None)
    assert len(all_files(added)) == 2


def test_a_picture_that_was_kept_and_not_indexed_yet_is_not_doubled(still: Client, added: Path) -> None:
    for name, is_new in (("a.png", True), ("b.png", False)):
        told = send(still, (name, drawn(3))).json()
        assert told["pictures"][0]["new"] is is_new
        assert told["job"]["kind"] == "index"
    twice = send(still, ("c.png", drawn(4)), ("d.png", drawn(4))).json()
    assert [each["new"] for each in twice["pictures"]] == [True, False]
    assert len(all_files(added)) == 2


def test_a_picture_whose_file_is_gone_or_changed_is_kept_again(
    still: Client, added: Path, shelf: Path, picture: bytes
) -> None:
    file = shelf / "photos" / "0.png"
    try:
        file.write_bytes(b"something else")
        assert send(still, ("a.png", picture)).json()["pictures"][0]["new"]
    finally:
        file.write_bytes(picture)
    assert list(all_files(added).values()) == [picture]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_no_name_leads_out_of_the_folder_or_into_another_file(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "added"
    folder.mkdir()
    path, is_new = UploadFolder(folder).put(name, drawn(1), sha256(drawn(1)))
    assert is_new
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]
    assert path.parent == folder
    assert path.name.removesuffix(f"-{sha256(drawn(1))[:16]}.png") == stem_of(name)
    assert len(os.fsencode(path.name)) < 200
    assert not set(path.name) & set("/\\\0\n\r:<>|&$`;%\"'* \u202e\udcff")
    assert path.name[0] not in ".-"


def test_there_are_a_hundred_names_that_try(still: Client, added: Path, tmp_path: Path) -> None:
    assert len(set(NAMES)) >= 100
    before = all_files(tmp_path / "library")
    for name in ("../../out.png", "..\\out.png", "/etc/out.png", "library/library.sqlite"):
        assert send(still, (name, drawn(5))).status_code == 202
    assert [name.split("-")[0] for name in all_files(added)] == ["out"]
    assert all_files(tmp_path / "library").keys() == before.keys()


def test_nothing_that_has_the_name_already_is_overwritten(tmp_path: Path) -> None:
    data, folder = drawn(1), UploadFolder(tmp_path)
    short, long = (f"a-{digits}.png" for digits in (sha256(data)[:16], sha256(data)))
    (tmp_path / "elsewhere").write_bytes(b"mine")
    (tmp_path / short).symlink_to(tmp_path / "elsewhere")
    path, is_new = folder.put("a.png", data, sha256(data))
    assert (path.name, is_new) == (long, True)
    path.write_bytes(b"changed since")
    with pytest.raises(FileExistsError):
        folder.put("a.png", data, sha256(data))
    assert path.read_bytes() == b"changed since"
    assert (tmp_path / "elsewhere").read_bytes() == b"mine"


def test_what_a_kill_left_is_no_file_that_was_kept(tmp_path: Path) -> None:
    data = drawn(1)
    (tmp_path / f".a-{sha256(data)[:16]}.png.x1y2").write_bytes(data)
    path, is_new = UploadFolder(tmp_path).put("a.png", data, sha256(data))
    assert (path.name, is_new) == (f"a-{sha256(data)[:16]}.png", True)


def bomb() -> bytes:
    """A PNG of few bytes that would be 400 megapixels."""
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", "not_an_image"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported"),
        (lambda: b"<?php system($_GET['c']) ?>", "not_an_image"),
        (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "truncated"),
        (bomb, "too_large"),
    ],
    ids=["empty", "svg", "program", "head alone", "bomb"],
)
def test_what_is_no_picture_is_refused_by_its_reason(
    still: Client, added: Path, make: Callable[[], bytes], reason: str
) -> None:
    data = make()
    answer = send(still, ("a.png", data))
    assert (answer.status_code, answer.json()["code"]) == (422, reason)
    beside = send(still, ("a.png", data), ("good.png", drawn(6))).json()
    assert [each["reason"] for each in beside["refused"]] == [reason]
    assert list(all_files(added).values()) == [drawn(6)]
    assert still.get("/api/jobs").json()["jobs"][0]["id"] == beside["job"]["id"]


def test_a_body_that_is_too_large_or_of_no_length_or_too_many_pictures_keeps_nothing(
    serve: Serve, shelf: Path, added: Path
) -> None:
    client = serve(shelf / "library", role=Role.WRITE, uploads=added, body=200_000)
    assert send(client, ("a.png", drawn(1) + b"\0" * 200_000)).status_code == 413
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post("/api/pictures", content=iter([b"--x"]), headers=kind).status_code == 411
    assert send(client, *(("a.png", b"") for _ in range(17))).status_code == 400
    assert client.post("/api/pictures", data={"path": "/etc"}).json()["code"] == "bad_query"
    assert client.post("/api/pictures").json()["code"] == "bad_query"
    assert client.post("/api/pictures", files={"file": ("a.png", drawn(1))}).json()["code"] == "bad_query"
    assert client.post("/api/pictures", json={"picture": "x"}).status_code == 415
    assert all_files(added) == {}


@pytest.mark.parametrize("age", [0, 3600])
def test_what_a_killed_service_left_half_written_is_swept_and_nothing_else(
    added: Path, tmp_path: Path, age: int
) -> None:
    service = [
        "import os, sys, pathlib",
        "from lookalike.app.server import upload_folder",
        "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), 9)",  # it ends directly before the file is in its place
        "folder = upload_folder.UploadFolder(pathlib.Path(sys.argv[1]))",
        "folder.put('beach.png', pathlib.Path(sys.argv[2]).read_bytes(), 'ab' * 32)",
    ]
    (tmp_path / "a.png").write_bytes(drawn(1))
    ended = subprocess.run(
        [sys.executable, "-c", "\n".join(service), added, tmp_path / "a.png"], check=False, capture_output=True
    )
    assert ended.returncode == -9
    (left,) = added.iterdir()
    assert left.name.startswith(".beach-abab")
    others = [".hidden.png", f".beach-{'ab' * 8}.png", f"beach-{'ab' * 8}.png.aaaaaaaa", ".a-b.png.aaaaaaaa"]
    for name in others:
        (added / name).write_bytes(b"of somebody")
    (added / f".dir-{'ab' * 8}.png.aaaaaaaa").mkdir()
    swept = upload_folder.sweep(added, left.stat().st_mtime + age)
    assert swept == (1 if age else 0)
    assert left.exists() is (not age)
    assert {path.name for path in added.iterdir() if path.is_file()} - {left.name} == set(others)


def test_what_is_sent_is_indexed_and_not_what_lies_beside_it(own: Client, added: Path) -> None:
    (added / "of somebody else.png").write_bytes(drawn(5))
    told = send(own, ("a.png", drawn(1)), ("b.png", drawn(2))).json()
    report = followed(own, told["job"])[-1]["report"]
    assert (report["seen"], report["added"], report["removed"]) == (2, 2, 0)
    assert own.get(f"/api/pictures/{sha256(drawn(5))}").status_code == 404


def test_while_a_job_writes_nothing_is_kept(own: Client, added: Path) -> None:
    service = own.app.state.service
    with service.jobs.reserved("index"):
        answer = send(own, ("a.png", drawn(1)))
        assert (answer.status_code, answer.json()["code"]) == (409, "library_busy")
        assert all_files(added) == {}
    assert send(own, ("a.png", b"none")).status_code == 422  # and its job, which has nothing to do, is in nobody's way
    assert own.get("/api/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    ("number", "status", "code"), [(errno.ENOSPC, 507, "out_of_space"), (errno.EIO, 500, "io")], ids=["full", "broken"]
)
def test_a_disk_that_takes_no_more_keeps_what_was_whole_and_says_so(
    still: Client, added: Path, monkeypatch: pytest.MonkeyPatch, number: int, status: int, code: str
) -> None:
    written = atomic.write_atomically

    def ends(path: Path, data: bytes) -> Path:
        if data == drawn(8):
            raise OSError(number, os.strerror(number), str(path))
        return written(path, data)

    monkeypatch.setattr(upload_folder, "write_atomically", ends)
    told = send(still, ("a.png", drawn(7)), ("b.png", drawn(8))).json()
    assert [each["upload"] for each in told["pictures"]] == ["a.png"]
    assert [each["reason"] for each in told["refused"]] == [code]
    answer = send(still, ("b.png", drawn(8)))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert str(added) not in answer.text
    assert list(all_files(added).values()) == [drawn(7)]


def test_a_folder_that_went_away_is_told_without_its_path(still: Client, added: Path) -> None:
    added.rmdir()
    answer = send(still, ("a.png", drawn(1)))
    assert answer.status_code == 500
    assert str(added) not in answer.text


def test_without_a_folder_the_service_keeps_nothing(serve: Serve, shelf: Path, added: Path) -> None:
    without = serve(shelf / "library", role=Role.ADMIN)
    assert (without.get("/api/status").json()["uploads"], send(without, ("a.png", drawn(1))).status_code) == (
        False,
        403,
    )
    reading = serve(shelf / "library", uploads=added)
    assert (reading.get("/api/status").json()["uploads"], send(reading, ("a.png", drawn(1))).status_code) == (True, 403)
    assert all_files(added) == {}


def test_where_a_picture_was_taken_stays_in_the_file_and_in_no_answer(still: Client, added: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 12.0, 34.0), 3: "E", 4: (11.0, 34.0, 0.0)})
    data = drawn(9, "JPEG", exif=exif)
    answer = send(still, ("a.jpg", data))
    assert "48" not in {str(each) for each in answer.json()["pictures"][0].values()}
    assert "GPS" not in answer.text
    assert list(all_files(added).values()) == [data]


def test_the_folder_is_made_or_refused_before_anything_listens(tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(library)
    assert made_ready(tmp_path / "new" / "added", library).is_dir()
    assert list((tmp_path / "new" / "added").iterdir()) == []
    for inside in (library, library / "added", tmp_path / "link" / "added", library / ".." / "library"):
        with pytest.raises(BadQuery, match="library's own folder"):
            made_ready(inside, library)
    for odd in (tmp_path / "file", tmp_path / "file" / "added"):
        with pytest.raises(BadQuery, match=r"takes no files: .*; name a folder"):
            made_ready(odd, library)
    assert list(library.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--uploads", "added"], "--role write"),
        (["--role", "write", "--uploads", "library"], "library's own folder"),
        (["--role", "write", "--uploads", "file/added"], "takes no files"),
    ],
)
def test_the_command_says_what_is_wrong_with_the_folder(
    here: Program, shelf: Path, tmp_path: Path, words: list[str], told: str
) -> None:
    shutil.copytree(shelf / "library", tmp_path / "library")
    (tmp_path / "file").write_text("")
    refused = here("serve", *words)
    assert refused.code == 2
    assert told in refused.err
    assert not (tmp_path / "added").exists()


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("My beach.JPEG", "My_beach"),
        ("Größe 2.png", "Größe_2"),
        ("写真.jpg", "写真"),
        ("archive.tar.gz", "archive_tar"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\cat.png", "cat"),
        (".png", "png"),
        ("...", "picture"),
        ("x" * 300 + ".png", "x" * 40),
    ],
)
def test_letters_and_numbers_of_a_name_stay(name: str, stem: str) -> None:
    assert stem_of(name) == stem
