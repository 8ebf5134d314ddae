"""`lookalike label` and `search words:`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def indexed(here, photos_folder: Path):
    assert here("index", photos_folder, "--describer", "phash").code == 3  # one of the files is no picture
    return here


def test_labels_are_added_listed_searched_for_and_removed(indexed, photos_folder: Path) -> None:
    added = indexed("label", "add", "apple", photos_folder / "0.png", photos_folder / "1.png")
    assert (added.code, added.out) == (0, b"2 labels added\n")
    assert indexed("label", "add", "price=3.50", "--where", "name = 0.png").out == b"1 label added\n"
    assert indexed("label", "list").out == b"        2  apple\n        1  price=3.50\n"
    assert indexed("label", "list", photos_folder / "0.png").out == b"photos/0.png  apple, price=3.50\n"
    listed = indexed("label", "list", "--json", "--where", "fact.price < 4").document
    assert listed == {
        "schema": "lookalike/labels/1",
        "pictures": [{"path": str(photos_folder / "0.png"), "labels": ["apple", "price=3.50"]}],
    }
    found = indexed("search", "words:apple", "--json").document["hits"]
    assert [Path(hit["path"]).name for hit in found] == ["1.png", "0.png"]  # which says other words as well
    assert found[0]["labels"] == ["apple"]
    assert indexed("search", "words:pear").code == 1
    assert indexed("label", "remove", "price", photos_folder).out == b"1 label removed\n"
    assert indexed("label", "remove", "apple", "--all", "--json").document["removed"] == 2
    assert indexed("label", "list").code == 1


def test_a_list_goes_in_and_out(indexed, photos_folder: Path, tmp_path: Path) -> None:
    (photos_folder / "goods.csv").write_bytes(b"\xef\xbb\xbfpath;label;price\r\n0.png;apple;3\r\ngone.png;pear;\r\n")
    done = indexed("label", "import", photos_folder / "goods.csv")
    assert done.code == 3
    assert done.out == b"2 labels added to 1 picture, 1 line left out\n"
    assert "lookalike: line 3: the library has no picture 'gone.png'" in done.err
    assert indexed("label", "export", "-o", tmp_path / "out.csv").code == 0
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines == ["path,label", f"{photos_folder}/0.png,apple", f"{photos_folder}/0.png,price=3"]
    told = indexed("label", "import", "-", "--format", "csv", "--json", stdin=(tmp_path / "out.csv").read_bytes())
    assert told.document == {"schema": "lookalike/labels/1", "added": 0, "pictures": 1, "left_out": []}
    assert json.loads(indexed("label", "export", "--format", "jsonl").out)["labels"] == ["apple", "price=3"]
    indexed("forget", photos_folder / "0.png")
    gone = indexed("label", "export")
    assert (gone.code, "left out: 2 labels of pictures that are not in the library now" in gone.err) == (1, True)


@pytest.mark.parametrize(
    "wrong",
    [
        ["add", "apple"],
        ["add", "apple", "nowhere.png"],
        ["add", "price=", "photos"],
        ["remove", "apple"],
        ["remove", "apple", "photos", "--all"],
        ["import", "nowhere.csv"],
        ["import", "photos/0.png"],
        ["export", "--format", "xml"],
        ["list", "--where", "label < 3"],
    ],
)
def test_wrong_use_exits_2_with_a_sentence(indexed, wrong: list[str]) -> None:
    done = indexed("label", *wrong)
    assert done.code == 2
    assert done.err.startswith("lookalike: ")
    assert "defect" not in done.err


def test_suggestions_are_written_only_when_asked_and_never_without_a_probability(indexed, photos_folder: Path) -> None:
    indexed("label", "add", "apple", photos_folder / "0.png")
    told = indexed("label", "suggest", "--where", "name = [12].png", "--json")
    assert told.code == 0
    assert told.document["written"] is False
    assert [(row["label"], row["probability"]) for row in told.document["suggested"]] == [("apple", None)] * 2
    lines = indexed("label", "suggest", photos_folder / "1.png")
    assert lines.out == b"      ?  photos/1.png  apple  like photos/0.png\n"
    assert "none written" in lines.err
    for wrong in (["--write"], ["--by", "folder"], ["--least", "2"]):
        refused = indexed("label", "suggest", photos_folder / "1.png", *wrong)
        assert (refused.code, refused.err.startswith("lookalike: ")) == (2, True)
    assert indexed("label", "list").out == b"        1  apple\n"
    assert indexed("label", "suggest", photos_folder / "0.png").code == 1
