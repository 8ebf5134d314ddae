"""`lookalike adapt`, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """Nine folders of four different pictures, which have nothing in common."""
    for at in range(36):
        folder = tmp_path / "classes" / f"class{at % 9}"
        folder.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(at).integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(pixels).resize((48, 48), Image.Resampling.BICUBIC).save(folder / f"{at}.png")
    return tmp_path / "classes"


def test_figures_are_told_and_what_may_be_chance_is_not_kept(program, classes: Path) -> None:
    assert program("index", classes, "--describer", "convnet", "--no-local", "--no-planes").code == 0
    done = program("adapt", "--by", "folder")
    told = done.out.decode()
    assert done.code == 1
    assert told.startswith("36 pictures of 9 classes\n")
    assert "not kept" in told
    assert all(len(line) <= 100 for line in told.splitlines())
    document = program("adapt", "--by", "folder", "--json").document
    assert document["schema"] == "lookalike/adapt/1"
    assert document["kept"] is False
    assert set(document["strangers"]) == {"plain", "adapted", "mean", "low", "high"}
    assert program("adapt", "--forget").code == 1


def test_without_classes_or_rows_it_says_what_to_do(program, photos_folder: Path) -> None:
    assert program("index", photos_folder, "--describer", "phash").code == 3
    refused = program("adapt", "--by", "folder")
    assert refused.code == 2
    assert "index PATH --describer convnet" in refused.err
    assert program("adapt", "--forget", "--where", "width > 3").code == 2
