"""`lookalike train` from a folder of classes to `index`, `search` and `eval`, and all that it refuses."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lookalike.errors import MissingExtra
from lookalike.learn.losses import LOSSES
from lookalike.learn.miners import MINERS
from lookalike.registry import Table

TINY = ("--network", "small_convnet", "--side", "16", "--dim", "8", "--workers", "1")
SHORT = (*TINY, "--iterations", "24", "--rate", "0.003")


def draw_class(folder: Path, seed: int, count: int = 4) -> None:
    """Stripes of one direction, moved and coloured by chance."""
    folder.mkdir(parents=True)
    of_class, rng = np.random.default_rng(seed), np.random.default_rng(100 + seed)
    angle, width = of_class.uniform(0, np.pi), of_class.uniform(1, 2)
    ys, xs = np.mgrid[:24, :24]
    for number in range(count):
        wave = 0.5 + 0.5 * np.sin((xs * np.cos(angle) + ys * np.sin(angle)) / width + rng.uniform(0, 6))
        pixels = wave[..., None] * rng.uniform(60, 255, 3) + rng.normal(size=(24, 24, 3)) * 20
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(folder / f"{number}.png")


@pytest.fixture(scope="module")
def stripes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten classes of four pictures; beside them one that is none, one in two classes, and one in no class."""
    root = tmp_path_factory.mktemp("classes") / "stripes"
    for seed in range(10):
        draw_class(root / f"class {seed}", seed)
    (root / "class 0" / "broken.png").write_text("no picture")
    Image.fromarray(np.zeros((20, 20, 3), np.uint8)).save(root / "class 0" / "both.png")
    shutil.copy(root / "class 0" / "both.png", root / "class 1" / "both.png")
    Image.fromarray(np.full((20, 20, 3), 9, np.uint8)).save(root / "loose.png")
    return root


@pytest.fixture
def run(here: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "cache"))
    return here


def test_a_network_is_trained_listed_searched_measured_and_dropped(
    run: Callable[..., Any], stripes: Path, tmp_path: Path
) -> None:
    ran = run("train", stripes, "--loss", "triplet", "--miner", "semi_hard", *SHORT, "-o", "mine", "--json")
    assert ran.code == 3, ran.err  # one picture could not be read
    told = ran.document
    assert (told["schema"], told["classes"], told["pictures"], told["learned"]) == ("lookalike/train/1", 10, 40, 24)
    assert told["left_out"] == {
        "in no folder of a class": 1,
        "not readable": 1,
        "the same bytes again": 1,
        "the same bytes in two classes": 1,
    }
    assert " of 24: loss" in ran.err
    assert set(told["gains"]) == {"pixels", "untrained"}
    assert Path(told["path"]) == tmp_path / "cache" / "models" / "mine.onnx"
    assert list(Path(told["path"]).parent.iterdir()) == [Path(told["path"])]  # no rest of the run
    listed = run("models", "list").out.decode()
    assert "trained:model=mine" in listed
    assert "triplet + semi_hard, 40 pictures of 10 classes" in listed
    assert run("models", "list", "--json").document["trained"][0]["sha256"] == told["sha256"]

    describer = "trained:model=mine"
    ran = run("index", stripes, "--describer", describer, "--no-local", "--no-planes", "--workers", "1")
    assert ran.code == 3, ran.err
    ran = run("search", stripes / "class 3" / "0.png", "--by", "trained", "-k", "2", "--json")
    assert ran.document["hits"][0]["path"].endswith("class 3/0.png")
    ran = run("eval", stripes, "--describer", describer, "--workers", "1", "--json")
    (row,) = ran.document["rows"]
    assert row["method"] == "trained"

    assert run("train", stripes, *SHORT, "-o", "mine").err.endswith(
        "there is 'mine' already: choose another name, or drop it with `lookalike models rm mine`\n"
    )
    assert b"freed" in run("models", "rm", "mine").out
    assert run("models", "list", "--json").document["trained"] == []
    ran = run("search", stripes / "class 3" / "0.png", "--by", "trained")
    assert ran.code == 2


def test_the_seed_decides_and_a_stopped_run_goes_on_to_the_same_file(
    run: Callable[..., Any], stripes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("first", "second"):
        assert run("train", stripes, *SHORT, "-o", name).code == 3
    models = tmp_path / "cache" / "models"
    assert (models / "first.onnx").read_bytes() == (models / "second.onnx").read_bytes()
    from lookalike.search.training import train

    def killed(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(train, "write_atomically", killed)
        assert run("train", stripes, *SHORT, "-o", "third").code == 130
    assert [each.name for each in models.glob("third*")] == ["third.run"]
    ran = run("train", stripes, *SHORT, "-o", "third")
    assert "going on with third.run" in ran.err
    assert (models / "third.onnx").read_bytes() == (models / "first.onnx").read_bytes()


def test_a_folder_that_changed_since_the_run_began_is_refused(
    run: Callable[..., Any], stripes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lookalike.search.training import train

    mine = tmp_path / "mine"
    shutil.copytree(stripes, mine)
    with monkeypatch.context() as patched:
        patched.setattr(train, "write_atomically", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        run("train", mine, *SHORT, "-o", "net")
    (mine / "class 4" / "0.png").rename(mine / "class 5" / "moved.png")
    ran = run("train", mine, *SHORT, "-o", "net")
    assert ran.code == 2
    assert "its pictures or their classes are no longer the same" in ran.err
    assert "--again" in ran.err
    ran = run("train", mine, *SHORT, "-o", "net", "--again")
    assert ran.code == 3
    assert "going on" not in ran.err


def test_a_loss_that_is_no_number_names_the_pictures(run: Callable[..., Any], stripes: Path) -> None:
    ran = run("train", stripes, *TINY, "--rate", "1e30", "-o", "mine")
    assert ran.code == 2
    assert "the loss is no number at iteration" in ran.err
    assert "class " in ran.err
    assert "try a lower rate" in ran.err
    assert run("models", "list", "--json").document["trained"] == []


def test_a_head_learns_from_edited_copies_and_is_kept_where_it_learned(run: Callable[..., Any], tmp_path: Path) -> None:
    for seed in range(6):
        draw_class(tmp_path / "few" / str(seed), seed, count=2)
    head = ("--dim", "4", "--iterations", "8", "--rate", "0.01", "--workers", "1", "--edit", "flip", "--edit", "crop")
    ran = run("train", tmp_path / "few", *head, "-o", "./head.onnx", "--json")
    assert ran.code == 0, ran.err
    assert set(ran.document["gains"]) == {"convnet", "untrained"}
    assert (tmp_path / "head.onnx").is_file()
    ran = run("train", tmp_path / "few", *head, "--rate", "1e-12", "-o", "nothing")
    assert ran.code == 1
    assert b"not kept: nothing was better than the beginning" in ran.out
    assert run("models", "list", "--json").document["trained"] == []
    ran = run("describe", tmp_path / "few", "--with", "trained", "--set", "model=head.onnx", "-o", "rows.npz")
    assert ran.code == 0, ran.err
    with np.load(tmp_path / "rows.npz") as found:
        assert found["vectors"].shape[0] == 12


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--loss", "arcfase"), "no loss 'arcfase'; did you mean 'arcface'?"),
        (("--miner", "semihard"), "no miner 'semihard'; did you mean 'semi_hard'?"),
        (("--network", "vgg"), "no network 'vgg'; known: linear, hidden, small_convnet"),
        (("--device", "tpu"), "no device 'tpu'; known: auto, cpu, cuda"),
        (("--edit", "crop"), "a network on pixels moves them as it goes"),
        (("--rate", "0"), "rates are above 0 and finite, not 0 and"),
        (("--rate", "nan"), "rates are above 0 and finite, not nan and"),
        (("--rate", "inf"), "rates are above 0 and finite, not inf and"),
        (("--miner", "hard_pair"), "arcface compares pictures with a proxy of each class"),
        (("-o", "a/network"), "'a/network' is a path that does not end in .onnx: add that, or give a name alone"),
        (("--loss", "arcface:scale"), "write NAME or NAME:FIELD=VALUE"),
    ],
)
def test_settings_without_sense_are_refused_before_a_picture_is_read(
    run: Callable[..., Any], tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    ran = run("train", tmp_path / "nowhere", *TINY, "-o", "mine", *arguments)
    assert ran.code == 2
    assert told in ran.err


def test_folders_that_say_too_little_are_refused(run: Callable[..., Any], tmp_path: Path) -> None:
    one = tmp_path / "one"
    draw_class(one / "only", 0)
    assert "all 4 pictures are of one class" in run("train", one, *SHORT, "-o", "mine").err
    draw_class(one / "other", 1, count=1)
    assert "1 classes have two pictures or more, and 6 are wanted" in run("train", one, *SHORT, "-o", "mine").err
    same = tmp_path / "same"
    draw_class(same / "a", 0)
    shutil.copytree(same / "a", same / "b")
    ran = run("train", same, *SHORT, "-o", "mine")
    assert ran.code == 2
    assert "contradict each other" in ran.err
    single = tmp_path / "single"
    for seed in range(8):
        draw_class(single / str(seed), seed, count=1)
    assert "each of the 8 classes has one picture" in run("train", single, *SHORT, "-o", "mine").err
    (tmp_path / "broken" / "a").mkdir(parents=True)
    (tmp_path / "broken" / "a" / "0.png").write_text("no picture")
    ran = run("train", tmp_path / "broken", *SHORT, "-o", "mine")
    assert ran.code == 2
    assert "broken' can be read: 1 failed, and `lookalike index` says of each why" in ran.err
    (tmp_path / "empty").mkdir()
    assert "empty' holds no picture\n" in run("train", tmp_path / "empty", *SHORT, "-o", "mine").err
    (tmp_path / "empty" / "a.png").write_text("no picture")
    ran = run("train", tmp_path / "empty", *SHORT, "-o", "mine")
    assert "empty' can be read: 1 failed, and `lookalike index` says of each why" in ran.err
    ran = run("train", tmp_path / "empty" / "a.png", *SHORT, "-o", "mine")
    assert ran.code == 2
    assert "a.png' is a file: name the folder that holds the pictures" in ran.err


def test_a_place_where_no_file_can_be_made_is_told_before_a_picture_is_read(
    run: Callable[..., Any], stripes: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    ran = run("train", stripes, *SHORT, "-o", str(tmp_path / "file" / "net.onnx"))
    assert ran.code == 2
    assert "net.onnx': " in ran.err
    assert "defect" not in ran.err
    assert not (tmp_path / "cache").exists()
    (tmp_path / "folder.onnx").mkdir()
    assert "there is 'folder.onnx' already" in run("train", stripes, *SHORT, "-o", "folder.onnx").err


def test_without_torch_the_extra_is_named(
    run: Callable[..., Any], stripes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    for name in ("lookalike.learn.losses.angular_margin", "lookalike.learn.miners.semi_hard"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    ran = run("train", stripes, *SHORT, "-o", "mine")
    assert ran.code == 2
    assert "training needs torch: pip install 'lookalike[learn]'" in ran.err
    with pytest.raises(MissingExtra, match=r"a loss needs torch: .*lookalike\[learn\]"):
        LOSSES.load("arcface")
    with pytest.raises(MissingExtra, match=r"a miner needs torch: .*lookalike\[learn\]"):
        MINERS.make("semi_hard")


def test_a_table_without_an_extra_and_a_module_of_our_own_say_what_is_missing() -> None:
    foreign: Table[object] = Table("thing", {"x": "no_such_package.thing:Thing"})
    own: Table[object] = Table("thing", {"x": "lookalike.nothing:Thing"}, extra="learn")
    for table in (foreign, own):
        with pytest.raises(ModuleNotFoundError):
            table.load("x")
