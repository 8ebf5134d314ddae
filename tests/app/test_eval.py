"""`lookalike eval` on folders of real photos and on folders that cannot be measured."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    """Three classes of crops, each from one photo."""
    root = tmp_path_factory.mktemp("classes")
    for name in ("astronaut", "coffee", "chelsea"):
        photo = getattr(skimage.data, name)()[:, :, ::-1]
        (root / name).mkdir()
        for at in range(4):
            part = photo[20 * at : 20 * at + 200, 30 * at : 30 * at + 260]
            cv2.imwrite(str(root / name / f"{at}.png"), np.ascontiguousarray(part))
    return root


@pytest.fixture
def run(here):
    return lambda folder, cache, *more: here("eval", folder, "--cache", cache, *more)


def test_the_document_has_a_row_for_each_method_with_intervals_and_cost(run, classes, tmp_path):
    ran = run(classes, tmp_path, "--describer", "histogram", "--describer", "dhash", "--json")
    assert ran.code == 0, ran.err
    found = ran.document
    assert found["schema"] == "lookalike/eval/1"
    assert (found["queries"], found["base"], found["left_out"]) == (12, 12, {})
    by_method = {row["method"]: row for row in found["rows"]}
    assert set(by_method) == {"histogram", "dhash"}
    assert by_method["histogram"]["metrics"]["p@1"]["value"] > 0.8
    for row in found["rows"]:
        assert row["task"] == "folder"
        assert row["ms_per_image"] > 0
        assert row["bytes_per_image"] > 0
        for figure in row["metrics"].values():
            assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    assert [row["metrics"]["map@r"]["value"] for row in found["rows"]] == sorted(
        (row["metrics"]["map@r"]["value"] for row in found["rows"]), reverse=True
    )
    assert any(row["pareto"] for row in found["rows"])


def test_a_second_run_describes_nothing_again_and_says_the_same(run, classes, tmp_path):
    first, again = (run(classes, tmp_path, "--describer", "dhash", "--json").document for _ in range(2))
    assert first["rows"][0]["metrics"] == again["rows"][0]["metrics"]
    (database,) = tmp_path.glob("*/library.sqlite")
    assert database.stat().st_size > 0
    assert len(list(tmp_path.iterdir())) == 1


def test_the_table_names_the_mixture_and_every_describer_by_default(run, classes, tmp_path):
    ran = run(classes, tmp_path)
    assert ran.code == 0, ran.err
    assert "12 queries to 12 pictures, 3 classes" in ran.out.decode()
    assert "only 3 classes: intervals over so few are too narrow" in ran.err
    for name in ("convnet", "histogram", "phash", "dhash", "thumbnail", "default"):
        assert name in ran.out.decode()


def test_what_is_left_out_is_counted_and_a_broken_file_changes_the_exit_code(run, classes, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(classes, root)
    (root / "coffee" / "broken.png").write_bytes((root / "coffee" / "0.png").read_bytes()[:300])
    shutil.copy(root / "coffee" / "0.png", root / "coffee" / "again.png")
    (root / "alone").mkdir()
    cv2.imwrite(str(root / "alone" / "one.png"), np.ascontiguousarray(skimage.data.rocket()[:, :, ::-1]))
    ran = run(root, tmp_path / "cache", "--describer", "dhash", "--json")
    assert ran.code == 3
    found = ran.document
    assert found["left_out"] == {
        "the same bytes again": 1,
        "alone in its class, so not asked": 1,
        "not readable": 1,
    }
    assert (found["queries"], found["base"]) == (12, 13)
    assert "1 left out: not readable" in ran.err


@pytest.mark.parametrize("kind", ["one class", "empty", "missing"])
def test_a_folder_that_cannot_be_measured_is_refused_with_what_to_do(run, classes, tmp_path, kind):
    folder = {"one class": classes / "coffee", "empty": tmp_path / "empty", "missing": Path("nowhere")}[kind]
    (tmp_path / "empty").mkdir()
    ran = run(folder, tmp_path / "cache", "--describer", "dhash")
    assert ran.code == 2
    assert ran.out == b""
    assert "there is no" in ran.err if kind == "missing" else "a folder of its own" in ran.err


def test_what_it_recommends_has_the_settings_that_were_measured(run, classes, tmp_path):
    ran = run(classes, tmp_path, "--self", "--edit", "jpeg", "--describer", "histogram:bins=4")
    assert "recommended: lookalike index FOLDER --describer histogram:bins=4\n" in ran.out.decode(), ran.err


def test_without_labels_it_asks_about_copies_and_says_what_to_use(run, classes, tmp_path):
    asked = ("--self", "--edit", "jpeg", "--edit", "grey", "--describer", "dhash", "--describer", "histogram")
    ran = run(classes, tmp_path, *asked)
    assert ran.code == 0, ran.err
    assert "micro-ap" in ran.out.decode()
    assert "queries are copies of pictures that are not there" in ran.out.decode()
    assert "recommended: lookalike index FOLDER --describer dhash" in ran.out.decode()
    found = run(classes, tmp_path, *asked, "--json").document
    assert {row["task"] for row in found["rows"]} == {"copies"}
    by_method = {row["method"]: row for row in found["rows"]}
    assert by_method["dhash"]["by_edit"]["grey"]["value"] > by_method["histogram"]["by_edit"]["grey"]["value"]
    assert "dhash" in found["recommendation"]["by"]


def test_an_unknown_edit_is_refused_with_the_known_ones(run, classes, tmp_path):
    ran = run(classes, tmp_path, "--self", "--edit", "jpg")
    assert ran.code == 2
    assert "did you mean 'jpeg'" in ran.err


@pytest.mark.parametrize("kind", [(), ("--self", "--edit", "jpeg", "--edit", "crop")], ids=["classes", "copies"])
def test_a_page_stands_alone_with_plots_and_failures(run, classes, tmp_path, kind):
    page = tmp_path / "page.html"
    ran = run(classes, tmp_path, "--describer", "dhash", "--describer", "histogram", "--html", str(page), *kind)
    assert ran.code == 0, ran.err
    text = page.read_text()
    assert "<script" not in text
    assert "http" not in text.replace("http-equiv", "")
    assert text.count('<svg class="plot"') == (2 if kind else 1)
    assert ("by edit" in text) == bool(kind)
    assert ("What to use here" in text) == bool(kind)
    assert ("data:image/webp" in text) == ("goes wrong most" in text)
    assert not kind or "goes wrong most" in text


def test_one_object_is_measured_among_distractors(run, classes, tmp_path):
    ran = run(
        classes / "coffee", tmp_path, "--distractors", str(classes / "chelsea"), "--describer", "histogram", "--json"
    )
    assert ran.code == 0, ran.err
    found = ran.document
    assert (found["queries"], found["base"], found["rows"][0]["task"]) == (4, 8, "groups")
    assert found["rows"][0]["metrics"]["map@r"]["value"] > 0.9


def test_pictures_among_the_distractors_that_the_set_holds_are_no_distractors(run, classes, tmp_path):
    ran = run(classes / "coffee", tmp_path, "--distractors", str(classes), "--describer", "histogram", "--json")
    assert ran.document["base"] == 12


def test_a_layout_and_a_task_can_be_named_and_unknown_ones_are_refused(run, classes, tmp_path):
    base = ("--describer", "dhash")
    assert run(classes, tmp_path, *base, "--layout", "folder", "--task", "folder").code == 0
    for words, known in ((("--layout", "foldr"), "folder"), (("--task", "fodler"), "folder")):
        ran = run(classes, tmp_path, *base, *words)
        assert ran.code == 2
        assert f"did you mean '{known}'" in ran.err


def test_near_misses_are_made_of_a_folder_and_told_by_kind(run, classes, tmp_path):
    ran = run(classes, tmp_path, "--task", "variants", "--kind", "ean", "--edit", "jpeg", "--json")
    assert ran.code == 0, ran.err
    found = ran.document
    assert (found["schema"], found["queries"]) == ("lookalike/eval/1", 7)
    assert [row["kind"] for row in found["rows"]] == ["ean", "all"]
    for row in found["rows"]:
        assert (row["task"], row["method"]) == ("variants", "compare")
        assert row["metrics"]["false identical"]["value"] == 0
        assert row["metrics"]["kept"]["value"] == 1


def test_an_unknown_kind_of_near_miss_is_refused(run, classes, tmp_path):
    ran = run(classes, tmp_path, "--task", "variants", "--kind", "eam")
    assert ran.code == 2
    assert "did you mean 'ean'" in ran.err
