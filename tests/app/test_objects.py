"""`lookalike objects`, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def indexed(program, photos_folder: Path):
    assert program("index", photos_folder, "--describer", "phash").code == 3  # one of the files is no picture
    return program


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
    assert "left out: 1 view that the library has no file of now" in indexed("objects", "export").err


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
