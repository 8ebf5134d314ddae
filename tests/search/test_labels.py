from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from lookalike import Library
from lookalike.errors import BadQuery, LibraryMissing
from lookalike.search.labels import Labels
from lookalike.store import create_store
from lookalike.types import Content, Stamp

BY = ["phash"]


@pytest.fixture
def filled(library: Library, folder: Path) -> Library:
    library.index(folder, describers=BY)
    return library


def held(library: Library) -> dict[str, list[str]]:
    """Labels by the name of the file, of files with some."""
    return {Path(record.path).name: list(map(str, record.labels)) for record in library.records() if record.labels}


def test_labels_are_given_by_path_by_filter_and_by_both(filled: Library, folder: Path) -> None:
    assert filled.labels.add(folder / "0.png", "apple", "price=3.50") == 2
    assert filled.labels.add([folder / "0.png", folder / "1.png"], "apple") == 1
    assert filled.labels.add(None, "few", where="name = [34].png") == 2
    assert filled.labels.add(folder, "both", where="name = [12].png") == 2
    assert held(filled) == {
        "0.png": ["apple", "price=3.50"],
        "1.png": ["apple", "both"],
        "2.png": ["both"],
        "3.png": ["few"],
        "4.png": ["few"],
    }
    assert filled.labels.counts() == {"apple": 2, "both": 2, "few": 2, "price=3.50": 1}
    assert filled.labels.of(folder / "1.png") == ("apple", "both")
    assert filled.labels.remove(None, "both", "price") == 3
    assert len(filled.records(where="label = *")) == 4


def test_a_path_through_a_link_and_a_uri_are_known(filled: Library, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(folder)
    filled.add({"shop:1": (folder / "0.png").read_bytes()})
    assert filled.labels.add(tmp_path / "way" / "1.png", "a") == 1
    assert filled.labels.add("shop:1", "b") == 1
    assert held(filled) == {"1.png": ["a"], "0.png": ["b"], "shop:1": ["b"]}


def test_a_path_that_is_not_there_is_named_and_nothing_is_labelled(filled: Library, folder: Path) -> None:
    with pytest.raises(BadQuery, match=r"no picture at '/nowhere', 'b', 'c' and 1 more"):
        filled.labels.add([folder / "0.png", "/nowhere", "b", "c", "d"], "apple")
    with pytest.raises(BadQuery, match="one label"):
        filled.labels.add(folder)
    with pytest.raises(BadQuery, match="a label is"):
        filled.labels.add(folder, "apple", "")
    assert held(filled) == {}


def test_labels_need_a_library(library: Library) -> None:
    with pytest.raises(LibraryMissing):
        library.labels.add(None, "apple")
    with pytest.raises(LibraryMissing):
        library.labels.counts()


def test_a_file_that_moves_or_is_edited_keeps_its_labels(filled: Library, folder: Path) -> None:
    filled.labels.add(folder / "0.png", "apple")
    filled.labels.add(folder / "1.png", "pear")
    (folder / "below").mkdir()
    (folder / "0.png").rename(folder / "below" / "new.png")
    (folder / "1.png").write_bytes((folder / "1.png").read_bytes() + b"more")
    filled.index(folder)
    assert held(filled) == {"new.png": ["apple"], "1.png": ["pear"]}


@pytest.mark.parametrize(
    "text",
    [
        "path,label\n0.png,apple\n0.png,red\n1.png,apple\n",
        "0.png,apple,red\n1.png,apple\n",
        "Path;Label;Label\n0.png;apple;red\n1.png;apple;\n\n",
        "label\tpath\tlabel\napple\t0.png\tred\napple\t1.png\t\n",
        "sep=;\r\npath;label;label\r\n0.png;apple;red\r\n1.png;apple;\r\n",
        '"0.png","apple","red"\n"1.png","apple"',
        '{"path": "0.png", "labels": ["apple", "red"]}\n{"path": "1.png", "label": "apple"}\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lists_are_read_as_they_are_written(filled: Library, folder: Path, text: str, encoding: str) -> None:
    done = filled.labels.read(text.encode(encoding), beside=folder)
    assert (done.added, done.pictures, done.left_out) == (3, 2, ())
    assert held(filled) == {"0.png": ["apple", "red"], "1.png": ["apple"]}


def test_other_columns_are_facts(filled: Library, folder: Path) -> None:
    filled.labels.read(b"path,label,price,Weight\n0.png,apple,3.50,450g\n1.png,,4,\n", beside=folder)
    filled.labels.read(b'{"path": "2.png", "facts": {"price": 5, "size": "L"}}', beside=folder)
    assert held(filled) == {
        "0.png": ["apple", "price=3.50", "weight=450g"],
        "1.png": ["price=4"],
        "2.png": ["price=5", "size=L"],
    }
    assert [Path(record.path).name for record in filled.records("fact.price < 4.5")] == ["0.png", "1.png"]


def test_paths_of_a_list_may_be_folders_and_globs_and_absolute(filled: Library, folder: Path) -> None:
    (folder / "[1].png").write_bytes((folder / "2.png").read_bytes())
    filled.index(folder)
    rows = ["path,label", "photos/[01].png,glob", f"{folder}/4.png,absolute", ".,all", "[1].png,brackets"]
    assert filled.labels.read("\n".join(rows).encode(), beside=folder).left_out == ()
    assert held(filled) == {
        "0.png": ["all", "glob"],
        "1.png": ["all", "glob"],
        "2.png": ["all", "brackets"],
        "3.png": ["all"],
        "4.png": ["absolute", "all"],
        "[1].png": ["all", "brackets"],
    }


def test_lines_that_cannot_be_used_are_told_by_number_and_the_others_count(filled: Library, folder: Path) -> None:
    rows = [
        "path,label,price",
        "0.png,apple,1",
        "gone.png,apple,",
        "1.png,a,b,c",
        "2.png,,",
        ",pear,",
        '3.png,"x\ny",',
        "4.png,late,",
    ]
    done = filled.labels.read("\n".join(rows).encode(), beside=folder)
    assert held(filled) == {"0.png": ["apple", "price=1"], "4.png": ["late"]}
    assert [line.split(":")[0] for line in done.left_out] == ["line 3", "line 4", "line 5", "line 6", "line 7"]
    assert "no picture 'gone.png'" in done.left_out[0]


def test_a_hundred_thousand_labels_come_at_once(tmp_path: Path) -> None:
    contents = [Content(f"{number:064x}", 1, (2, 2), "png") for number in range(1000)]
    labels = [f"label {number}" for number in range(100)]
    rows = [",".join([f"{number}.png", *labels]) for number in range(1000)]
    with closing(create_store(tmp_path / "library")) as store:
        with store.writing(), store.transaction():
            store.put_contents(contents)
            files = [(f"/photos/{number}.png", Stamp(1, 1, 1, 1)) for number in range(1000)]
            store.put_records([(*file, content.sha256) for file, content in zip(files, contents, strict=True)])
        given = Labels(tmp_path / "library", lambda: store)
        done = given.read("\n".join([*rows, "gone.png,label"]).encode(), beside="/photos")
        assert (done.added, done.pictures) == (100_000, 1000)
        assert done.left_out == ("line 1001: the library has no picture 'gone.png'",)
        assert len(store.ids("label = 'label 77'")) == 1000


def test_facts_that_contradict_each_other_are_told_and_none_of_them_counts(filled: Library, folder: Path) -> None:
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    filled.index(folder)
    filled.labels.add(folder / "0.png", "price=9")
    rows = ["path,price", "0.png,3", "copy.png,4", "1.png,5", "1.png,5"]
    done = filled.labels.read("\n".join(rows).encode(), beside=folder)
    assert done.left_out == (
        "line 2: price=3 contradicts price=4 of the same picture",
        "line 3: price=4 contradicts price=3 of the same picture",
    )
    assert held(filled) == {"0.png": ["price=9"], "copy.png": ["price=9"], "1.png": ["price=5"]}


@pytest.mark.parametrize(
    ("data", "encoding", "told"),
    [
        ("path,label\n0.png,Äpfel".encode("latin-1"), None, r"line 2 of the list is not UTF-8: .*--encoding cp1252"),
        (b"0.png,apple", "klingon", "no encoding 'klingon'"),
        (b'path,label\n0.png,"apple', None, "is no CSV"),
        (b"path,label\n0.png,a\0b,\n" + b"x" * 200_000, None, "is no CSV"),
    ],
)
def test_what_is_no_list_is_refused_whole(
    filled: Library, folder: Path, data: bytes, encoding: str | None, told: str
) -> None:
    with pytest.raises(BadQuery, match=told):
        filled.labels.read(data, beside=folder, encoding=encoding)
    assert held(filled) == {}


def test_an_encoding_can_be_named(filled: Library, folder: Path) -> None:
    filled.labels.read("path,label\n0.png,Äpfel".encode("cp1252"), beside=folder, encoding="cp1252")
    assert held(filled) == {"0.png": ["Äpfel"]}


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        '{"label": "a"}',
        '{"path": "0.png"}',
        '{"path": "0.png", "labels": "a"}',
        '{"path": "0.png", "labels": [null]}',
        '{"path": "0.png", "facts": {"a": true}}',
        '{"path": "0.png", "labels": [""]}',
        '{"path": "\\ud800", "label": "a"}',
    ],
)
def test_json_lines_that_say_no_labels_are_told(filled: Library, folder: Path, line: str) -> None:
    done = filled.labels.read(f'{line}\n{{"path": "1.png", "label": "a"}}'.encode(), beside=folder, format="jsonl")
    assert len(done.left_out) == 1
    assert done.left_out[0].startswith("line 1: ")
    assert held(filled) == {"1.png": ["a"]}


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_what_is_written_is_read_again(filled: Library, folder: Path, format: str) -> None:
    from lookalike.search.label_lists import written

    filled.labels.add(folder / "0.png", 'a, "quoted" label', "Ärger", "price=3.50")
    filled.labels.add(folder / "1.png", "{brace")
    before, data = held(filled), written(filled.labels.rows(), format)
    filled.labels.remove(None, *filled.labels.counts())
    assert held(filled) == {}
    done = filled.labels.read(data, beside="/", format=None)
    assert (done.added, done.left_out) == (4, ())
    assert held(filled) == before


def test_an_answer_tells_its_labels_where_there_are_any(filled: Library, folder: Path) -> None:
    filled.labels.add(folder / "0.png", "apple", "price=3.50")
    first, second, *_ = json.loads(filled.search(folder / "0.png").to_json())["hits"]
    assert first["labels"] == ["apple", "price=3.50"]
    assert "labels" not in second
    assert len(filled.search(folder / "0.png", where="label = apple")) == 1
