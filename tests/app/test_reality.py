"""`lookalike eval --reality` on a folder of drawn classes, and all that it refuses."""

import sys

import numpy as np
import pytest
from PIL import Image

SMALL = ("--pixels", "16", "--dim", "4", "--budget", "1", "--seeds", "1", "--iterations", "4", "--workers", "1")


@pytest.fixture(scope="module")
def stripes(tmp_path_factory):
    """Sixteen classes of two pictures of stripes, and one file that is none."""
    root, ys, xs = tmp_path_factory.mktemp("reality") / "stripes", *np.mgrid[:24, :24]
    for seed in range(16):
        rng, angle = np.random.default_rng(seed), np.pi * seed / 16
        (root / f"class {seed}").mkdir(parents=True)
        for number in range(2):
            wave = np.sin((xs * np.cos(angle) + ys * np.sin(angle)) / 1.5 + rng.uniform(0, 6))
            grey = np.clip(128 + 90 * wave + rng.normal(size=(24, 24)) * 20, 0, 255).astype(np.uint8)
            Image.fromarray(grey).convert("RGB").save(root / f"class {seed}" / f"{number}.png")
    (root / "class 0" / "broken.png").write_text("no picture")
    return root


@pytest.fixture
def run(here, tmp_path, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "cache"))
    return here


def test_a_folder_of_classes_gives_a_table_a_page_and_a_document(run, stripes, tmp_path):
    losses = ("--loss", "arcface", "--loss", "triplet")
    ran = run("eval", stripes, "--reality", *losses, *SMALL, "--html", tmp_path / "page.html")
    assert ran.code == 3, ran.err  # one picture could not be read
    out = ran.out.decode()
    assert "32 pictures of 16 classes; 16 of 8 classes are the test" in out
    assert "in the order that holds here, by MAP@R: " in out
    assert "1 left out: not readable" in ran.err
    assert "arcface: MAP@R" in ran.err
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.count("<svg") == 2
    assert "triplet, 2009" in page
    (runs,) = (tmp_path / "cache" / "evaluations" / "reality").glob("*.jsonl")
    kept = runs.read_bytes()
    ran = run("eval", stripes, "--reality", *losses, *SMALL, "--json")
    assert runs.read_bytes() == kept  # nothing was trained again
    rows = ran.document["rows"]
    assert ran.document["schema"] == "lookalike/eval/1"
    assert [row["method"] for row in rows][-2:] == ["triplet", "arcface"]
    assert {row["task"] for row in rows} == {"reality"}
    assert rows[-1]["year"] == 2019
    assert set(rows[-1]["metrics"]) >= {"p@1", "r_precision", "map@r", "gain", "concatenated map@r"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--loss", "arcfase"), "no compared loss 'arcfase'; did you mean 'arcface'?"),
        (("--budget", "0"), "budget, seeds and iterations are 1 or more"),
        (("--self",), "leave out what names other questions"),
        (("--describer", "phash"), "leave out what names other questions"),
        ((), "there is no folder"),
    ],
)
def test_questions_without_sense_are_refused_before_a_picture_is_read(run, tmp_path, arguments, told):
    ran = run("eval", tmp_path / "nowhere", "--reality", *SMALL, *arguments)
    assert ran.code == 2
    assert told in ran.err


def test_too_few_classes_are_refused(run, stripes, tmp_path):
    few = tmp_path / "few"
    few.mkdir()
    for seed in range(3):
        (few / str(seed)).symlink_to(stripes / f"class {seed + 1}")
    ran = run("eval", few, "--reality", *SMALL)
    assert ran.code == 2
    assert "holds no picture" in ran.err  # links are not followed
    for seed in range(3):
        (few / str(seed)).unlink()
        (few / str(seed)).mkdir()
        for file in (stripes / f"class {seed + 1}").iterdir():
            (few / str(seed) / file.name).write_bytes(file.read_bytes())
    ran = run("eval", few, "--reality", *SMALL)
    assert ran.code == 2
    assert "3 classes have two pictures or more, and 16 are wanted" in ran.err
    assert "each class is a folder of its own" in ran.err


def test_without_torch_the_extra_is_named(run, stripes, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    ran = run("eval", stripes, "--reality", *SMALL)
    assert ran.code == 2
    assert "comparing losses needs torch: pip install 'lookalike[learn]'" in ran.err


def test_a_folder_that_is_not_there_is_named_without_a_word_of_drives(run, tmp_path):
    for verb in (("train", tmp_path / "nowhere", "-o", "mine"), ("eval", tmp_path / "nowhere")):
        ran = run(*verb)
        assert ran.code == 2
        assert f"there is no folder '{tmp_path}/nowhere': name one that holds pictures" in ran.err
        assert "drive" not in ran.err
