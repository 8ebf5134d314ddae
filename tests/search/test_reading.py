"""What a program reads of a library and of answers, and what a notebook shows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import lookalike
from lookalike import Library
from lookalike.app.cli.program import main
from lookalike.errors import BadPicture, BadQuery, SpaceMismatch


def test_a_library_has_a_length_and_gives_its_records(filled: Library, folder: Path) -> None:
    assert len(filled) == 5
    assert [record.path for record in filled.records()] == [str(folder / f"{seed}.png") for seed in range(5)]
    assert filled.records(where="width > 1000") == []
    assert repr(filled) == f"Library({str(filled.folder)!r})"


def test_vectors_come_with_ids_and_a_path_of_each(filled: Library, folder: Path) -> None:
    (folder / "twin.png").write_bytes((folder / "3.png").read_bytes())
    filled.index(folder)
    ids, paths, array = filled.vectors("histogram")
    assert (len(ids), len(paths), array.shape, array.dtype) == (5, 5, (5, 512), np.float32)
    np.testing.assert_allclose(np.linalg.norm(array, axis=1), 1, atol=1e-6)
    own = filled.describe(list(paths))
    np.testing.assert_allclose(own["histogram"], array, atol=1e-6)
    np.testing.assert_array_equal(own["phash"], filled.vectors("phash").array)
    assert str(folder / "3.png") in paths
    with pytest.raises(SpaceMismatch, match="dhash"):
        filled.vectors("dhash")


def test_describing_follows_the_order_and_says_which_picture_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    files = [folder / f"{seed}.png" for seed in (3, 1, 4, 1)] * 5  # more than are held at once
    rows = lookalike.describe(files, "phash")
    assert rows.shape == (20, 8)
    np.testing.assert_array_equal(rows[1], rows[3])
    np.testing.assert_array_equal(rows[4:8], rows[:4])
    np.testing.assert_array_equal(lookalike.describe(files[0], "phash"), rows[:1])
    assert lookalike.describe([], "phash:size=16").shape == (0, 32)
    (tmp_path / "broken.png").write_bytes(b"nothing")
    with pytest.raises(BadPicture, match="broken"):
        lookalike.describe([files[0], tmp_path / "broken.png"], "phash")
    with pytest.raises(BadQuery, match="folder"):
        lookalike.describe(folder, "phash")


def test_several_views_and_a_list_of_channels_ask_one_question(filled: Library, folder: Path) -> None:
    results = filled.search([folder / "1.png", folder / "2.png"], by=["phash", "histogram"])
    assert {Path(answer.path).name for answer in results[:2]} == {"1.png", "2.png"}
    assert dict(results.weights) == {"phash": 1.0, "histogram": 1.0}
    assert dict(filled.search(folder / "1.png", by="phash").weights) == {"phash": 1.0}
    with pytest.raises(BadQuery, match="calibrate"):
        filled.dupes(precision=0.9, by=["phash"])


def test_the_json_of_results_is_that_of_the_command_line(
    filled: Library, folder: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    results = filled.search(folder / "2.png", k=3, by=["phash"])
    filled.close()
    with pytest.raises(SystemExit) as end:
        main(["--library", str(filled.folder), "search", str(folder / "2.png"), "-k", "3", "--by", "phash", "--json"])
    assert end.value.code == 0
    told, own = json.loads(capsysbinary.readouterr().out), json.loads(results.to_json())
    assert own["schema"] == "lookalike/search/1"
    assert {**told, "seconds": 0} == {**own, "seconds": 0}
    assert [hit["path"] for hit in json.loads(results[1:].to_json())["hits"]] == [answer.path for answer in results[1:]]


def test_names_for_people_are_short(filled: Library, folder: Path) -> None:
    results = filled.search(folder / "2.png", k=2)
    path = str(folder / "2.png")
    assert repr(results[0]) == f"<identical 1.00 {path!r}>"
    assert repr(results[:1]) == f"<1 answers of 5, best 1.00 {path!r}>"
    (folder / "twin.png").write_bytes((folder / "2.png").read_bytes())
    filled.index(folder)
    groups = filled.dupes()
    assert repr(groups) == "<1 groups of 2 files>"
    compared = lookalike.compare(folder / "1.png", folder / "1.png", describers=["phash"])
    assert repr(compared) == f"<identical 1.00 {str(folder / '1.png')!r} {str(folder / '1.png')!r}>"
    for shown in (groups, compared):
        html = shown._repr_html_()
        assert html.count("<img") == 2
        assert "identical" in html
    assert "No picture is there twice" in filled.dupes()[:0]._repr_html_()


def test_a_folder_of_classes_is_evaluated_from_python(folder: Path, tmp_path: Path) -> None:
    from PIL import Image

    for label in ("a", "b"):
        (tmp_path / "classes" / label).mkdir(parents=True)
        for seed in range(2):
            base = Image.open(folder / f"{'ab'.index(label)}.png")
            base.rotate(3 * seed).save(tmp_path / "classes" / label / f"{seed}.png")
    found = lookalike.evaluate(tmp_path / "classes", ["phash"], cache=tmp_path / "cache", workers=1)
    assert [row.method for row in found.rows] == ["phash"]
    assert found.rows[0].metrics["p@1"].value == 1.0
