"""`lookalike adapt`, as a user runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.learn.closed_form import LinearMap
from lookalike.learn.own_copies import CopyGain, SelfAdaptation


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """Nine folders of four different pictures, which have nothing in common."""
    for at in range(36):
        folder = tmp_path / "classes" / f"class{at % 9}"
        folder.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(at).integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(pixels).resize((48, 48), Image.Resampling.BICUBIC).save(folder / f"{at}.png")
    return tmp_path / "classes"


def test_figures_are_told_and_what_may_be_chance_is_not_kept(here, classes: Path) -> None:
    (classes / "class0" / "broken.png").write_text("no picture")
    assert here("index", classes, "--describer", "convnet", "--no-local", "--no-planes").code == 3
    done = here("adapt", "--by", "folder")
    told = done.out.decode()
    assert done.code == 1
    assert told.startswith("36 pictures of 9 classes\n")
    assert "not kept, all is as before: " in told
    assert all(len(line) <= 100 for line in told.splitlines())
    document = here("adapt", "--by", "folder", "--json").document
    assert document["schema"] == "lookalike/adapt/1"
    assert document["kept"] is False
    assert set(document["strangers"]) == {"plain", "adapted", "mean", "low", "high"}
    assert here("adapt", "--forget").code == 1


def test_without_classes_or_rows_it_says_what_to_do(here, photos_folder: Path) -> None:
    assert here("index", photos_folder, "--describer", "phash").code == 3
    refused = here("adapt", "--by", "folder")
    assert refused.code == 2
    assert "index PATH --describer convnet" in refused.err
    assert here("adapt", "--forget", "--where", "width > 3").code == 2


def told_of(gain: float) -> SelfAdaptation:
    micro_ap = CopyGain(0.7, 0.7 + gain, gain, gain - 0.01, gain + 0.01)
    return SelfAdaptation(
        200, "whitening, shrinkage 0.1", 0.75, micro_ap, micro_ap, LinearMap(np.zeros(2), np.zeros((2, 2)))
    )


@pytest.mark.parametrize(("gain", "code", "last"), [(0.02, 0, b"kept: `search` asks"), (0.005, 1, b"not kept: ")])
def test_what_copies_taught_is_told(
    here: Any, monkeypatch: pytest.MonkeyPatch, gain: float, code: int, last: bytes
) -> None:
    monkeypatch.setattr(Library, "adapt_self", lambda self, *, originals, options: told_of(gain))
    ran = here("adapt", "--self", "--originals", "200")
    assert ran.code == code
    assert ran.out.splitlines()[0] == b"copies of 200 pictures; judged by pictures and edits that it never saw"
    assert b"micro-AP" in ran.out
    assert ran.out.splitlines()[-1].startswith(last)
    document = here("adapt", "--self", "--json").document
    assert (document["schema"], document["kept"], document["share"]) == ("lookalike/adapt/1", code == 0, 0.75)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--by", "folder"), "leave out --by and --where"),
        (("--where", "bytes > 1"), "leave out"),
        (("--forget",), "--self"),
    ],
)
def test_copies_go_with_no_classes(here: Any, arguments: tuple[str, ...], told: str) -> None:
    ran = here("adapt", "--self", *arguments)
    assert ran.code == 2
    assert told in ran.err
