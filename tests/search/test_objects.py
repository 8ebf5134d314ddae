from __future__ import annotations

from pathlib import Path

import pytest

from lookalike import Library
from lookalike.errors import BadQuery, LibraryMissing
from lookalike.search.object_lists import lines_of, written


@pytest.fixture
def filled(library: Library, folder: Path) -> Library:
    library.index(folder, describers=["phash"])
    return library


def held(library: Library) -> dict[str, str]:
    """Object by the name of the file, of files that are views of one."""
    return {Path(record.path).name: record.object for record in library.records() if record.object}


def test_pictures_become_views_of_one_object_at_most(filled: Library, folder: Path) -> None:
    first = filled.objects.add([folder / "0.png", folder / "1.png"], "blue mug")
    assert (first.views, first.objects, first.moved, first.left_out) == (2, 1, 0, ())
    second = filled.objects.add(None, "cup", where="name = [12].png")
    assert (second.views, second.moved) == (2, 1)
    assert held(filled) == {"0.png": "blue mug", "1.png": "cup", "2.png": "cup"}
    assert filled.objects.counts() == {"blue mug": 1, "cup": 2}
    assert [Path(path).name for path, _ in filled.objects.rows(["cup"])] == ["1.png", "2.png"]
    assert [Path(record.path).name for record in filled.records("object = CUP or object = *mug")] == [
        "0.png",
        "1.png",
        "2.png",
    ]
    assert len(filled.records("object != *")) == 2


def test_views_are_taken_away_by_name_by_path_and_by_filter(filled: Library, folder: Path) -> None:
    filled.objects.add([folder / "0.png", folder / "1.png"], "mug")
    filled.objects.add([folder / "2.png", folder / "3.png"], "cup")
    with pytest.raises(BadQuery, match="no object 'bowl'"):
        filled.objects.remove("mug", "bowl")
    assert filled.objects.remove("cup", paths=folder / "2.png") == 1
    assert filled.objects.remove(where="name = 0.png") == 1
    assert held(filled) == {"1.png": "mug", "3.png": "cup"}
    assert filled.objects.remove() == 2
    assert filled.objects.counts() == {}


def test_a_file_that_moves_or_is_edited_stays_a_view(filled: Library, folder: Path) -> None:
    filled.objects.add(folder / "0.png", "mug")
    filled.objects.add(folder / "1.png", "cup")
    (folder / "below").mkdir()
    (folder / "0.png").rename(folder / "below" / "new.png")
    (folder / "1.png").write_bytes((folder / "1.png").read_bytes() + b"more")
    filled.index(folder)
    assert held(filled) == {"new.png": "mug", "1.png": "cup"}
    filled.forget(folder)
    assert (filled.objects.counts(), filled.objects.away()) == ({"mug": 0, "cup": 0}, 3)
    filled.compact()
    filled.index(folder)
    assert held(filled) == {"new.png": "mug", "1.png": "cup"}


def test_words_find_the_name_of_an_object(filled: Library, folder: Path) -> None:
    filled.objects.add(folder / "3.png", "Blue Mug")
    assert [Path(hit.path).name for hit in filled.search("words:mug")] == ["3.png"]
    filled.objects.remove("Blue Mug")
    assert len(filled.search("words:mug")) == 0


def test_folders_labels_and_facts_become_objects(filled: Library, folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "0.png").rename(folder / "below" / "0.png")
    filled.index(folder)
    done = filled.objects.gather("folder")
    assert (done.views, done.objects, done.left_out) == (5, 2, ())
    assert held(filled) == {"0.png": "below"} | {f"{number}.png": "photos" for number in range(1, 5)}
    filled.labels.add(None, "even", "sku=7", where="name = [024].png")
    filled.labels.add(folder / "4.png", "last")
    done = filled.objects.gather("label")
    assert (done.views, done.objects, done.moved) == (2, 1, 2)
    assert done.left_out == (f"'{folder}/4.png': it is of 2: even, last; a picture is a view of one object",)
    assert held(filled)["4.png"] == "photos"
    assert filled.objects.gather("sku", where="name = 0.png").views == 1
    with pytest.raises(BadQuery, match="has anything by 'colour'"):
        filled.objects.gather("colour")


def test_folders_of_one_name_are_told_apart_by_what_is_above_them(filled: Library, folder: Path) -> None:
    for number, name in enumerate(("a/front", "b/front", "b/back")):
        (folder / name).mkdir(parents=True)
        (folder / f"{number}.png").rename(folder / name / "it.png")
    filled.index(folder)
    assert filled.objects.gather("folder").objects == 4
    assert list(filled.objects.counts()) == ["a/front", "b/front", "back", "photos"]


def test_a_picture_that_lies_in_two_folders_is_left_out(filled: Library, folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "copy.png").write_bytes((folder / "0.png").read_bytes())
    filled.index(folder)
    done = filled.objects.gather("folder")
    assert (done.views, len(done.left_out)) == (4, 1)
    assert "is of 2" in done.left_out[0]


@pytest.mark.parametrize(
    "text",
    [
        "path,object\n0.png,mug\n1.png,mug\n2.png,cup\n",
        "0.png;mug\n1.png;mug\n2.png;cup",
        "sep=;\r\nObject;path;price\r\nmug;0.png;3\r\n mug ;1.png;\r\ncup;2.png;\r\n",
        '{"path": "[01].png", "object": "mug"}\n{"path": "2.png", "object": "cup"}\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lists_are_read_as_they_are_written(filled: Library, folder: Path, text: str, encoding: str) -> None:
    done = filled.objects.read(text.encode(encoding), beside=folder)
    assert (done.views, done.objects, done.left_out) == (3, 2, ())
    assert held(filled) == {"0.png": "mug", "1.png": "mug", "2.png": "cup"}


def test_a_byte_order_mark_is_no_letter_of_a_named_encoding(filled: Library, folder: Path) -> None:
    assert filled.objects.read("path,object\n0.png,mug".encode("utf-8-sig"), beside=folder, encoding="utf-8").views == 1


def test_lines_that_cannot_be_used_are_told_by_number_and_the_others_count(filled: Library, folder: Path) -> None:
    (folder / "copy.png").write_bytes((folder / "0.png").read_bytes())
    filled.index(folder)
    filled.objects.add(folder / "0.png", "before")
    rows = [
        "path,object",
        "0.png,mug",
        "copy.png,cup",
        "gone.png,mug",
        "1.png,",
        ",mug",
        "2.png,a,b",
        '3.png,"x\ny"',
        "4.png,late",
        "4.png,late",
    ]
    done = filled.objects.read("\n".join(rows).encode(), beside=folder)
    assert held(filled) == {"0.png": "before", "copy.png": "before", "4.png": "late"}
    told = dict(line.split(": ", 1) for line in done.left_out)
    assert list(told) == [f"line {number}" for number in (2, 3, 4, 5, 6, 7, 8)]
    assert told["line 2"] == "'mug' contradicts 'cup' of the same picture"
    assert "no picture 'gone.png'" in told["line 4"]
    assert "1 to 500 letters" in told["line 5"]


def test_objects_hold_pictures_and_no_objects() -> None:
    rows = b"a.jpg,b.jpg\nb.jpg,a.jpg\nc.jpg,d.jpg\nd.jpg,cup\ne.jpg,e.jpg\nf.jpg,e.jpg\n"
    lines, left_out = lines_of(rows, None, None)
    assert [(line.path, line.object) for line in lines] == [
        ("d.jpg", "cup"),
        ("e.jpg", "e.jpg"),
        ("f.jpg", "e.jpg"),
    ]
    assert left_out == [
        (1, "it makes 'a.jpg' a view of 'b.jpg' a view of 'a.jpg', which goes in a circle"),
        (2, "it makes 'b.jpg' a view of 'a.jpg' a view of 'b.jpg', which goes in a circle"),
        (3, "it makes 'c.jpg' a view of 'd.jpg' a view of 'cup', but an object holds pictures, not objects"),
    ]


@pytest.mark.parametrize(
    ("data", "encoding", "told"),
    [
        ("path,object\n0.png,Becher für Tee".encode("latin-1"), None, r"line 2 .* is not UTF-8: .*nothing was changed"),
        (b"0.png,mug", "klingon", "no encoding 'klingon'"),
        (b'path,object\n0.png,"mug', None, "is no CSV"),
        (b"path,label\n0.png,mug", None, "no column 'object', only path, label"),
    ],
)
def test_what_is_no_list_is_refused_whole(
    filled: Library, folder: Path, data: bytes, encoding: str | None, told: str
) -> None:
    with pytest.raises(BadQuery, match=told):
        filled.objects.read(data, beside=folder, encoding=encoding)
    assert held(filled) == {}


@pytest.mark.parametrize("line", ["{", "[1]", '{"path": "0.png"}', '{"path": 3, "object": "a"}', '{"object": "a"}'])
def test_json_lines_that_name_no_object_are_told(filled: Library, folder: Path, line: str) -> None:
    rows = f'{line}\n{{"path": "1.png", "object": "a"}}'
    done = filled.objects.read(rows.encode(), beside=folder, format="jsonl")
    assert [each.split(":")[0] for each in done.left_out] == ["line 1"]
    assert held(filled) == {"1.png": "a"}


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_what_is_written_is_read_again(filled: Library, folder: Path, format: str) -> None:
    filled.objects.add(folder / "0.png", 'a, "quoted" mug')
    filled.objects.add([folder / "1.png", folder / "2.png"], "Krüge")
    before, data = held(filled), written(filled.objects.rows(), format)
    filled.objects.remove()
    assert filled.objects.read(data, beside="/").left_out == ()
    assert held(filled) == before


def test_names_and_paths_that_mean_nothing_are_refused_and_nothing_is_written(filled: Library, folder: Path) -> None:
    for name in ("", "  ", "a\nb", "x" * 501, "\udce4"):
        with pytest.raises(BadQuery, match="name of an object"):
            filled.objects.add(folder, name)
    with pytest.raises(BadQuery, match="no picture at '/nowhere'"):
        filled.objects.add([folder / "0.png", "/nowhere"], "mug")
    with pytest.raises(BadQuery, match="lists of objects are csv or jsonl"):
        filled.objects.read(b"", format="xml")
    assert held(filled) == {}


def test_objects_need_a_library(library: Library) -> None:
    with pytest.raises(LibraryMissing):
        library.objects.add(None, "mug")
    with pytest.raises(LibraryMissing):
        library.objects.counts()


def test_many_lines_are_read_at_once(filled: Library, folder: Path) -> None:
    rows = "".join(f"{number % 5}.png,object {number % 5}\n" for number in range(10_000))
    done = filled.objects.read(f"path,object\n{rows}".encode(), beside=folder)
    assert (done.views, done.objects, done.left_out) == (5, 5, ())
