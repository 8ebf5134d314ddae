"""Settings of describers, written NAME:FIELD=VALUE wherever a describer is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from lookalike.app.cli.options import weights
from lookalike.errors import BadQuery


@pytest.mark.parametrize(
    ("word", "name", "weight"),
    [
        ("convnet", "convnet", 1),
        ("convnet=0.5", "convnet", 0.5),
        ("pca:of=hog", "pca:of=hog", 1),
        ("pca:components=10", "pca:components=10", 1),
        ("pca:components=10=0.5", "pca:components=10", 0.5),
        ("pca:of=hog:components=10", "pca:of=hog:components=10", 1),
        ("pca:of=hog:components=10=2e-1", "pca:of=hog:components=10", 0.2),
        ("lbp:radii=1,9=3", "lbp:radii=1,9", 3),
        ("pca:components", "pca:components", 1),
    ],
)
def test_a_weight_is_told_from_the_value_of_a_field(word: str, name: str, weight: float) -> None:
    assert weights([word]) == {name: weight}


@pytest.mark.parametrize("word", ["convnet=much", "pca:of=hog=much"])
def test_what_is_no_weight_is_told(word: str) -> None:
    with pytest.raises(BadQuery, match="write NAME=WEIGHT"):
        weights([word])


def test_two_settings_of_one_describer_are_indexed_told_and_asked(here, photos_folder: Path) -> None:
    (photos_folder / "broken.jpg").unlink()
    first = here("index", photos_folder, "--describer", "dhash:size=12", "--no-local", "--no-planes")
    assert "compare by dhash alone" in first.err
    second = here("index", photos_folder, "--describer", "dhash:size=16")
    assert "compare by dhash:size=12, dhash:size=16 alone" in second.err
    status = here("status", "--json").document
    assert [held["name"] for held in status["spaces"]] == ["dhash:size=12", "dhash:size=16"]
    assert b"  dhash:size=16 256 hamming" in here("status").out
    query = photos_folder / "0.png"
    asked = here("search", query, "--by", "dhash:size=12=0.5", "--by", "dhash:size=16", "--json").document
    assert asked["query"]["by"] == {"dhash:size=12": 0.5, "dhash:size=16": 1}
    assert set(asked["hits"][0]["channels"]) == set(asked["query"]["by"])
    plain = here("search", query, "--by", "dhash")
    assert (plain.code, "name one of dhash:size=12, dhash:size=16" in plain.err) == (2, True)


def test_compare_and_describe_take_settings_as_index_does(here, photos_folder: Path, tmp_path: Path) -> None:
    pair = photos_folder / "0.png", photos_folder / "1.png"
    compared = here("compare", *pair, "--describer", "lbp:radii=9", "--describer", "lbp", "--json").document
    assert set(compared["channels"]) == {"lbp:radii=9", "lbp"}
    out = tmp_path / "vectors.npz"
    for settings in (["--with", "phash:size=16"], ["--with", "phash:size=9", "--set", "size=16"]):
        assert here("describe", *pair, *settings, "-o", out).code == 0
        with np.load(out) as archive:
            assert json.loads(str(archive["space"]))["dim"] == 256


def test_describe_advises_what_it_takes_itself(here, photos_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "vectors.npz"
    few = here("describe", photos_folder, "--with", "pca", "-o", out)
    assert few.code == 2
    assert "there are 4: name more pictures, or ask for fewer with --set components=3" in few.err
    assert here("describe", photos_folder, "--with", "pca", "--set", "components=3", "-o", out).code == 3
    one = here("describe", photos_folder / "0.png", "--with", "textons:components=1", "-o", out)
    assert one.err.rstrip().endswith("there is 1: name more pictures")


def test_what_index_advises_works(here, photos_folder: Path) -> None:
    few = here("index", photos_folder, "--describer", "dictionary", "--no-local", "--no-planes")
    assert "ask for fewer with dictionary:components=4" in few.err
    assert here("index", photos_folder, "--describer", "dictionary:components=4").code == 3
