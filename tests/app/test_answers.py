"""What people and programs read: answers, remarks, errors."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from pathlib import Path

import pytest

import lookalike
from lookalike.errors import BadQuery


@pytest.fixture
def indexed(here, photos_folder: Path):
    """The program in this process, with a library of the four pictures by their hashes."""
    assert here("index", photos_folder, *BARE).code == 3
    return here


BARE = ("--describer", "phash", "--no-local", "--no-planes", "-q")


@pytest.fixture
def asked(here, shelf: Path, monkeypatch: pytest.MonkeyPatch):
    """The program in this process, standing in the shelf."""
    monkeypatch.chdir(shelf)
    monkeypatch.setenv("LOOKALIKE_LIBRARY", str(shelf / "library"))
    return here


def test_a_bad_line_is_an_answer_of_its_own_and_the_rest_goes_on(indexed, photos_folder: Path) -> None:
    bad = [
        "x" * 5000,
        "a/" * 3000,
        "nul\0byte",
        "-",
        "photos",
        "http://[",
        "HTTP://10.0.0.1/",
        "colour:nope",
        "colour:teal",
        "\udcff",
    ]
    lines = [b"photos/0.png", *map(os.fsencode, bad), b"", b"photos/3.png"]
    os.mkfifo("pipe")
    ran = indexed("search", "--each", "--from", "-", "--jsonl", "-k", "1", stdin=b"\n".join([*lines, b"pipe"]))
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 3
    assert [len(line["hits"]) for line in told] == [1, *[0] * len(bad), 1, 0]
    assert {line["code"] for line in told if "error" in line} == {"bad_query", "fetch_refused"}
    assert len(ran.err) < 5000


def test_stdin_is_one_picture_or_the_queries(asked) -> None:
    ran = asked("search", "-", "--each", "--from", "-", "--jsonl", stdin=b"photos/0.png\n")
    assert (ran.code, ran.out.count(b"\n")) == (2, 1)
    assert "stdin holds either one picture or the queries" in ran.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("dupes --by phash", "--by needs --precision"),
        ("dupes --relation copy --precision 0.9", "leave one of them out"),
        ("dupes --relation identical --precision 0.9", "leave one of them out"),
        ("dupes --json -0", "exclude each other"),
        ("dupes --json --jsonl", "exclude each other"),
        ("search photos/0.png --json --jsonl", "exclude each other"),
        ("search photos/0.png --long -0", "exclude each other"),
        ("search photos/0.png --from x", "--from needs --each"),
        ("search --each photos/0.png --long", "leave out --html"),
        ("compare photos/0.png photos/1.png --json --long", "exclude each other"),
    ],
)
def test_options_that_would_do_nothing_are_refused(asked, words: str, told: str) -> None:
    ran = asked(*words.split())
    assert ran.code == 2
    assert told in ran.err


def test_python_refuses_them_too(shelf: Path) -> None:
    with lookalike.open(shelf / "library") as library:
        with pytest.raises(BadQuery, match="precision"):
            library.dupes(by={"phash": 1.0})
        with pytest.raises(BadQuery, match="verified by geometry"):
            library.dupes("copy", precision=0.9)
        with pytest.raises(BadQuery, match="originals must be 2 or more, not -3"):
            library.calibrate(originals=-3)


def test_a_relation_that_is_none_is_refused_with_the_nearest_one(asked) -> None:
    ran = asked("dupes", "--relation", "copi")
    assert ran.code == 2
    assert (
        ran.err == "lookalike: no relation 'copi'; did you mean 'copy'? known: copy, identical, part, scene, variant\n"
    )
    assert "a precision" in asked("dupes", "--relation", "similar").err


@pytest.mark.parametrize("words", ["-q search photos/0.png", "search photos/0.png -q", "search -q photos/0.png"])
def test_quiet_may_stand_anywhere(indexed, photos_folder: Path, words: str) -> None:
    (photos_folder / "0.png").touch()
    assert "changed" in indexed("search", "photos/0.png").err
    assert indexed(*words.split()).err == ""


def test_json_may_stand_before_the_verb(asked) -> None:
    assert asked("--json", "status").document["schema"] == "lookalike/status/1"
    refused = asked("--json", "describe", "photos", "--with", "phash", "-o", "x.npz")
    assert (refused.code, refused.document["code"]) == (2, "usage")


def test_a_file_that_is_gone_or_has_changed_is_told(indexed, photos_folder: Path, tmp_path: Path) -> None:
    query = Path(shutil.copy(photos_folder / "0.png", tmp_path / "query.png"))
    (photos_folder / "0.png").unlink()
    shutil.copy(photos_folder / "2.png", photos_folder / "1.png")
    ran = indexed("search", query, "--json")
    hits = {Path(hit["path"]).name: hit for hit in ran.document["hits"]}
    assert {name: hit["file"] for name, hit in hits.items()} == {
        "0.png": "gone",
        "1.png": "changed",
        "2.png": "unchanged",
        "3.png": "unchanged",
    }
    assert hits["0.png"]["why"] == "the same bytes; the file is gone since it was indexed"
    assert "2 files of these are gone or changed" in ran.err
    assert "gone" not in hits["2.png"]["why"]


def test_people_get_near_paths_and_the_reason_below(asked) -> None:
    lines = asked("search", "photos/0.png", "-k", "2").out.decode().splitlines()
    assert re.fullmatch(r"  1  1\.000  100\.0 %  identical  photos/0\.png", lines[0])
    assert lines[1] == "     the same bytes"
    assert re.fullmatch(r"  2  0\.\d{3}  similar    photos/\d\.png", lines[2])
    assert all(len(line) <= 80 for line in lines)
    assert "\x1b" not in "".join(lines)


def test_the_long_form_is_a_line_with_the_whole_path(asked, shelf: Path) -> None:
    (line,) = asked("search", "photos/0.png", "-k", "1", "--long").out.decode().splitlines()
    assert line == f"  1  1.000  100.0 %  identical  {shelf.resolve() / 'photos' / '0.png'}  the same bytes"


def test_dupes_end_with_what_could_be_done_without(indexed, photos_folder: Path) -> None:
    for name in ("copy.png", "copy2.png"):
        shutil.copy(photos_folder / "0.png", photos_folder / name)
    os.link(photos_folder / "1.png", photos_folder / "link.png")
    indexed("index", photos_folder, "-q")
    lines = indexed("dupes").out.decode().splitlines()
    size = (photos_folder / "0.png").stat().st_size
    assert lines[0] == f"identical, 3 files, {2 * size / 1000:.1f} kB could be freed"
    assert [line[0] for line in lines[1:4]] == ["*", " ", " "]
    assert all(re.fullmatch(r"[* ] 64 x 64 +[\d.]+ k?B  \d{4}-\d\d-\d\d  photos/\w+\.png", line) for line in lines[1:4])
    assert lines[-1] == f"2 groups, 3 superfluous files, {2 * size / 1000:.1f} kB"
    document = indexed("dupes", "--json").document
    assert document["superfluous"] == {"files": 3, "bytes": 2 * size}
    assert [[member["best"] for member in group["members"]] for group in document["groups"]] == [
        [True, False, False],
        [True, False],
    ]
    assert len(indexed("dupes", "--long").out.decode().splitlines()) == 7


def test_dupes_line_by_line_tell_how_far_they_are_and_then_the_groups(here, tmp_path: Path, draw) -> None:
    (tmp_path / "photos").mkdir()
    for name in ("0.png", "1.png", "copy.png"):
        draw(tmp_path / "photos" / name, int(name == "1.png"))
    here("index", "photos", "--describer", "phash", "--local", "-q")
    *progress, last = map(json.loads, here("dupes", "--relation", "copy", "--jsonl").out.splitlines())
    assert progress == [{"comparisons": done, "total": 2, "failed": 0} for done in (0, 2)]
    assert last == here("dupes", "--relation", "copy", "--json").document
    assert [len(group["members"]) for group in last["groups"]] == [2]
    here("dupes", "--jsonl", "-o", "groups.jsonl")
    assert json.loads((tmp_path / "groups.jsonl").read_text("utf-8"))["groups"][0]["relation"] == "identical"


def test_a_file_that_is_gone_is_not_superfluous(indexed, photos_folder: Path) -> None:
    shutil.copy(photos_folder / "0.png", photos_folder / "copy.png")
    indexed("index", photos_folder, "-q")
    (photos_folder / "0.png").unlink()
    ran = indexed("dupes")
    assert "1 group, 0 superfluous files, 0 B" in ran.out.decode()
    assert re.search(r"photos/0\.png +gone", ran.out.decode())
    assert [one["best"] for one in indexed("dupes", "--json").document["groups"][0]["members"]] == [False, True]


ERRORS = [
    ("search nowhere.jpg", 2, "bad_query"),
    ("search photos/broken.jpg", 2, "bad_picture"),
    ("compare photos/0.png photos/broken.jpg", 2, "bad_picture"),
    ("match photos/broken.jpg photos/0.png", 2, "bad_picture"),
    ("locate photos/broken.jpg photos/0.png", 2, "bad_picture"),
    ("locate photos/broken.jpg -l", 2, "bad_picture"),
    ("match photos/0.png photos/1.png --local superpoint", 2, "weights_error"),
    ("search photos/0.png --nope", 2, "usage"),
    ("search photos/0.png --where nope", 2, "bad_query"),
    ("search photos/0.png --by nope", 2, "unknown_name"),
    *((f"{verb} --library nowhere", 2, "library_missing") for verb in ("status", "verify", "dupes", "search x.png")),
    *((f"{verb} --library nowhere", 2, "library_missing") for verb in ("calibrate", "compact", "forget x")),
    ("locate photos/0.png -l --library nowhere", 2, "library_missing"),
]


@pytest.mark.parametrize(("words", "code", "name"), ERRORS, ids=[words for words, _, _ in ERRORS])
def test_an_error_under_json_is_json_with_one_exit_code_for_each_kind(asked, words, code, name) -> None:
    ran = asked(*words.split(), "--json")
    told = ran.document
    assert (ran.code, told["schema"], told["code"]) == (code, "lookalike/error/1", name)
    assert set(told) == {"schema", "code", "message", "path"}
    if name != "usage":
        assert ran.err == f"lookalike: {told['message']}\n"
    if name == "bad_picture":
        assert told["path"] == "photos/broken.jpg"
    if name == "library_missing":
        assert told["path"] == "nowhere"


def test_an_error_under_jsonl_is_a_line(asked) -> None:
    ran = asked("search", "nowhere.jpg", "--jsonl")
    (line,) = ran.out.splitlines()
    assert json.loads(line)["path"] == "nowhere.jpg"
    assert asked("search", "--json", "--", "--jsonl").document["path"] == "--jsonl"
    assert asked("search", "nowhere.jpg").out == b""


def test_the_handler_of_ctrl_c_is_put_back(asked) -> None:
    before = signal.getsignal(signal.SIGINT)
    asked("dupes")
    assert signal.getsignal(signal.SIGINT) is before
