"""`lookalike objects`, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def indexed(here, photos_folder: Path):
    assert here("index", photos_folder, "--describer", "phash").code == 3  # one of the files is no picture
    return here


def test_objects_are_made_listed_written_out_and_removed(indexed, photos_folder: Path, tmp_path: Path) -> None:
    added = indexed("objects", "add", "blue mug", photos_folder / "0.png", photos_folder / "1.png")
    assert (added.code, added.out) == (0, b"2 views of 1 object\n")
    assert indexed("objects", "list").out == b"        2  blue mug\n"
    assert indexed("objects", "list", "blue mug", "--where", "name = 0.png").out == b"photos/0.png  blue mug\n"
    assert indexed("objects", "list", "--json").document == {
        "schema": "lookalike/objects/1",
        "objects": [{"object": "blue mug", "views": 2}],
    }
    assert indexed("objects", "export", "-o", tmp_path / "out.csv").code == 0
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines == ["path,object", f"{photos_folder}/0.png,blue mug", f"{photos_folder}/1.png,blue mug"]
    moved = indexed("objects", "import", "--by", "folder", "--where", "name = 1.png")
    assert moved.out == b"1 view of 1 object, 1 of another object before\n"
    removed = indexed("objects", "remove", "--path", photos_folder / "0.png")
    assert removed.out == b"1 view removed; no picture was touched\n"
    assert indexed("objects", "remove", "--all", "--json").document["removed"] == 1
    assert indexed("objects", "list").code == 1


def test_a_list_goes_in_and_what_is_wrong_with_it_is_told(indexed, photos_folder: Path) -> None:
    (photos_folder / "goods.csv").write_bytes(b"\xef\xbb\xbfpath;object\r\n0.png;mug\r\ngone.png;mug\r\n")
    done = indexed("objects", "import", photos_folder / "goods.csv")
    assert (done.code, done.out) == (3, b"1 view of 1 object; 1 left out\n")
    assert "lookalike: line 3: the library has no picture 'gone.png'" in done.err
    told = indexed("objects", "import", "-", "--json", stdin=f"{photos_folder}/1.png,cup".encode()).document
    assert told == {"schema": "lookalike/objects/1", "views": 1, "objects": 1, "moved": 0, "left_out": []}
    indexed("forget", photos_folder / "0.png")
    assert "left out: 1 view of pictures that are not in the library now" in indexed("objects", "export").err


@pytest.mark.parametrize(
    "wrong",
    [
        ["add", "mug"],
        ["add", "mug", "nowhere.png"],
        ["add", "", "photos"],
        ["import", "nowhere.csv"],
        ["import", "list.csv", "--by", "folder"],
        ["import", "photos/0.png", "--where", "width > 1"],
        ["import", "--by", "colour"],
        ["remove", "mug"],
        ["remove", "mug", "--all"],
        ["export", "--format", "xml"],
        ["list", "--where", "object < 3"],
    ],
)
def test_wrong_use_exits_2_with_a_sentence(indexed, wrong: list[str]) -> None:
    done = indexed("objects", *wrong)
    assert done.code == 2
    assert done.err.startswith("lookalike: ")
    assert "defect" not in done.err


def test_search_answers_by_thing_in_every_form(here, photos_folder: Path) -> None:
    here("index", photos_folder, "--describer", "histogram", "--no-local", "--no-planes")
    here("objects", "add", "mug", photos_folder / "0.png", photos_folder / "1.png")
    here("objects", "add", "cup", photos_folder / "2.png")
    query = photos_folder / "0.png"
    first, second, *_ = here("search", query, "--group-by", "object").out.decode().splitlines()
    assert first == "object mug is the most alike; how likely it is right is not known"
    assert second.endswith("identical  mug, 2 views  photos/0.png")
    told = here("search", query, "--as", "objects", "--json").document
    assert "verdict" not in told
    things = [hit["thing"]["name"] for hit in told["hits"]]
    assert things[0] == "mug"
    assert sorted(map(str, things)) == ["None", "cup", "mug"]  # one picture is a view of nothing
    each = here("search", "--each", query, "--group-by", "object", "--vote", "mean", "--jsonl").document
    assert (each["verdict"]["name"], each["hits"][0]["thing"]["views"]) == ("mug", 2)
    for wrong in (
        ["--least", "0.5"],
        ["--as", "labels"],
        ["--group-by", "label"],
        ["--group-by", "object", "--collapse"],
    ):
        done = here("search", query, *wrong)
        assert (done.code, done.err.startswith("lookalike: ")) == (2, True)
