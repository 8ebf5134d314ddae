"""`lookalike train --features` from a folder of photos to `match` and `index`, and all that it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

SHORT = ("--side", "32", "--batch", "2", "--iterations", "2", "--views", "2", "--workers", "1")
SUPERPOINT = ("--features", "superpoint", *SHORT)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten pictures of boxes, one of them twice, and a file that is none."""
    root = tmp_path_factory.mktemp("photos")
    for seed in range(10):
        rng = np.random.default_rng(seed)
        pixels = np.full((120, 160, 3), rng.integers(0, 256, 3), np.uint8)
        for _ in range(12):
            x, y = rng.integers(0, 140), rng.integers(0, 100)
            pixels[y : y + rng.integers(5, 40), x : x + rng.integers(5, 40)] = rng.integers(0, 256, 3)
        Image.fromarray(pixels).save(root / f"{seed}.png")
    shutil.copy(root / "0.png", root / "again.png")
    (root / "broken.png").write_text("no picture")
    return root


@pytest.fixture
def run(here: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """In small: photos are seen at 64 px, and judged by one view each."""
    from lookalike.search.training import feature_judges, features, photos

    assert features.FeatureSettings(side=240)  # loaded before photos are seen smaller: settings are checked as ever
    monkeypatch.setattr(photos, "SEEN", 64)
    monkeypatch.setattr(feature_judges, "VIEWS", 1)
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "cache"))
    return here


def test_superpoint_is_trained_listed_used_and_dropped(run: Callable[..., Any], photos: Path, tmp_path: Path) -> None:
    ran = run("train", photos, *SUPERPOINT, "-o", "mine", "--json")
    assert ran.code == 3, ran.err  # one could not be read
    told = ran.document
    assert (told["schema"], told["kind"], told["photos"], told["judged"]) == ("lookalike/train/1", "superpoint", 10, 2)
    assert told["left_out"] == {"not readable": 1, "the same bytes again": 1}
    assert set(told["gains"]) == {"harris", "untrained"}
    assert told["measure"] == "repeatability"
    assert "shapes: 2 of 2, loss" in ran.err
    assert "photos: 2 of 2, loss" in ran.err
    file = Path(told["path"])
    assert file == tmp_path / "cache" / "models" / "mine.superpoint.pth"
    assert list(file.parent.iterdir()) == [file]  # no rest of the run
    assert b"superpoint:weights=mine" in run("models", "list").out
    assert run("models", "list", "--json").document["features"][0]["name"] == "mine"

    pair = (photos / "1.png", photos / "1.png")
    found = ("--local", "superpoint", "--set", "local.threshold=0.00001")
    assert run("match", *pair, *found, "--set", "local.weights=mine").code == 0
    ran = run("match", *pair, *found, "--set", "local.weights=other")
    assert ran.code == 2
    assert "no weights at other; give the path of a checkpoint, or the name of trained weights" in ran.err
    features = "superpoint:weights=mine:threshold=0.00001"
    ran = run("index", photos, "--describer", "phash", "--features", features, "--no-planes", "--workers", "1")
    assert ran.code == 3, ran.err
    (local,) = run("status", "--json").document["local"]
    assert (local["name"], local["pictures"]) == ("superpoint", 10)

    assert run("search", photos / "3.png", "-k", "1").code == 0
    assert "there is 'mine' already" in run("train", photos, *SUPERPOINT, "-o", "mine").err
    assert b"freed" in run("models", "rm", "mine").out
    assert not file.exists()
    assert run("search", photos / "3.png", "-k", "1").code == 0  # by what else the library has
    assert run("index", photos, "--workers", "1").code == 3


def test_a_stopped_run_goes_on_to_the_same_file_and_other_photos_are_refused(
    run: Callable[..., Any], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lookalike.search.training import features

    mine = tmp_path / "mine"
    shutil.copytree(photos, mine)
    assert run("train", mine, *SUPERPOINT, "-o", "whole").code == 3
    models = tmp_path / "cache" / "models"

    def killed(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(features, "write_atomically", killed)
        assert run("train", mine, *SUPERPOINT, "-o", "net").code == 130
    assert len(list(models.glob("net.superpoint.pth.*.run"))) == 3
    ran = run("train", mine, *SUPERPOINT, "-o", "net")
    assert "going on with net.superpoint.pth" in ran.err
    assert (models / "net.superpoint.pth").read_bytes() == (models / "whole.superpoint.pth").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(features, "write_atomically", killed)
        run("train", mine, *SUPERPOINT, "-o", "other")
    (mine / "3.png").unlink()
    Image.fromarray(np.zeros((40, 40, 3), np.uint8)).save(mine / "new.png")
    ran = run("train", mine, *SUPERPOINT, "-o", "other")
    assert ran.code == 2
    assert "of another run: its pictures or its settings differ; begin anew (`--again`)" in ran.err
    assert run("train", mine, *SUPERPOINT, "-o", "other", "--again").code == 3


def test_superglue_is_trained_on_features_of_ones_own_and_matches_them(
    run: Callable[..., Any], photos: Path, tmp_path: Path
) -> None:
    assert run("train", photos, *SUPERPOINT, "-o", "mine").code == 3
    ran = run("train", photos, "--features", "superglue", "--weights", "mine", *SHORT, "-o", "mine", "--json")
    assert ran.code == 3, ran.err
    assert set(ran.document["gains"]) == {"nearest", "untrained"}
    assert ran.document["measure"] == "F-score of matches"
    own = ("--set", "local.weights=mine", "--set", "local.threshold=0.00001", "--set", "with.weights=mine")
    ran = run(
        "match", photos / "1.png", photos / "2.png", "--local", "superpoint", "--with", "superglue", *own, "--json"
    )
    assert ran.code in (0, 1), ran.err
    assert ran.document["a"]["keypoints"] > 0
    assert [each["kind"] for each in run("models", "list", "--json").document["features"]] == [
        "superpoint",
        "superglue",
    ]
    assert b"freed" in run("models", "rm", "mine").out
    assert run("models", "list", "--json").document["features"] == []


def test_r2d2_is_trained_and_used(run: Callable[..., Any], photos: Path) -> None:
    ran = run("train", photos, "--features", "r2d2", *SHORT, "--side", "64", "-o", "mine", "--json")
    assert ran.code == 3, ran.err
    assert set(ran.document["gains"]) == {"harris", "untrained"}
    pair = (photos / "1.png", photos / "1.png")
    own = ("weights=mine", "reliable=0", "repeatable=0", "side=64")
    settings = [word for each in own for word in ("--set", f"local.{each}")]
    assert run("match", *pair, "--local", "r2d2", *settings).code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--features", "superglue", *SHORT), "superglue matches features of a superpoint: name its weights"),
        (("--features", "superglue", "--weights", "other", *SHORT), "there are no weights at other"),
        ((*SUPERPOINT, "--weights", "mine"), "superpoint begins with nothing: leave out the weights"),
        (("--features", "sift", *SHORT), "no features 'sift' can be trained; known: superpoint"),
        ((*SUPERPOINT, "--side", "33"), "side is a multiple of 8 from 32 to 240 px, not 33"),
        (("--features", "r2d2", *SHORT), "learns the frame of smaller views: side is 64 px or more, not 32"),
        ((*SUPERPOINT, "--rate", "0"), "rate is above 0"),
        ((*SUPERPOINT, "--device", "tpu"), "no device 'tpu'; known: auto, cpu, cuda"),
        ((*SUPERPOINT, "--loss", "circle"), "leave out --loss, --miner, --network and --edit"),
        (SUPERPOINT, "there is no folder"),
    ],
)
def test_settings_without_sense_are_refused_before_a_picture_is_read(
    run: Callable[..., Any], tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    ran = run("train", tmp_path / "nowhere", *arguments, "-o", "mine")
    assert ran.code == 2
    assert told in ran.err


def test_a_few_photos_are_too_few(run: Callable[..., Any], photos: Path, tmp_path: Path) -> None:
    (tmp_path / "few").mkdir()
    for name in ("0.png", "1.png"):
        shutil.copy(photos / name, tmp_path / "few" / name)
    ran = run("train", tmp_path / "few", *SUPERPOINT, "-o", "mine")
    assert ran.code == 2
    assert "holds 2 photos that can be read, and 10 are wanted" in ran.err


def test_of_many_photos_a_part_is_looked_at(
    run: Callable[..., Any], photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lookalike.search.training import photos as of_folder

    monkeypatch.setattr(of_folder, "MOST", 11)
    monkeypatch.setattr(of_folder, "LEAST", 5)
    ran = run("train", photos, *SUPERPOINT, "-o", "mine", "--json")
    assert ran.document["left_out"]["beyond the most that are learned from"] == 1
