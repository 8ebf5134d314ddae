"""The protocol in small: on rows whose classes lie in two of their directions, and noise in the others."""

import numpy as np
import pytest

from lookalike.errors import BadSetting, UnknownName
from lookalike.evaluate.reality.comparison import Settings, compare, groups_of
from lookalike.evaluate.reality.contenders import CONTENDERS, chosen
from lookalike.evaluate.reality.split import Split
from lookalike.evaluate.reality.trials import recipes
from lookalike.search.ingest.options import Options, Progress

SMALL = Settings(budget=2, seeds=1, iterations=60, dim=14)


@pytest.fixture(scope="module")
def split():
    """Classes that differ in six directions of sixteen, which have less variance than the others."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(24), 6)
    told = rng.normal(size=(24, 6))[labels] + 0.2 * rng.normal(size=(144, 6))
    rows = np.hstack([told, 2.0 * rng.normal(size=(144, 10))]).astype(np.float32)
    return Split.of(rows / np.linalg.norm(rows, axis=1, keepdims=True), labels)


def compared(split, file, names=("triplet + semi_hard", "nt_xent"), settings=SMALL, options=Options(1)):
    return compare(split, chosen(names), settings, file, options)


def test_what_learns_gains_over_principal_components_on_classes_that_it_never_saw(split, tmp_path):
    found = compared(split, tmp_path / "runs.jsonl")
    names = [row.name for row in found.rows]
    assert names == ["convnet as it is", "PCA", "discriminants", "whitening", "triplet + semi_hard", "nt_xent"]
    by_name = {row.name: row for row in found.rows}
    assert by_name["nt_xent"].metrics["gain"].low > 0
    assert by_name["whitening"].metrics["gain"].low > 0
    assert (found.pictures, found.test_pictures, found.classes, found.test_classes) == (144, 72, 24, 12)
    assert found.ranked[0].metrics["map@r"].value == max(row.metrics["map@r"].value for row in found.rows)
    assert found.by_year is None  # two losses have no order


def test_a_run_that_was_stopped_goes_on_to_the_same_figures(split, tmp_path):
    whole = compared(split, tmp_path / "whole.jsonl")
    left = [3]

    def should_stop():
        left[0] -= 1
        return left[0] < 0

    file = tmp_path / "stopped.jsonl"
    told: list[Progress] = []
    assert compared(split, file, options=Options(1, should_stop=should_stop)) is None
    assert len(file.read_text("utf-8").splitlines()) == 3
    again = compared(split, file, options=Options(1, on_commit=told.append))
    assert again.rows == whole.rows
    assert (told[0].committed, told[-1].committed, told[-1].total) == (1, 18, 18)
    assert file.read_text("utf-8") == (tmp_path / "whole.jsonl").read_text("utf-8")


def test_whole_networks_are_compared_with_themselves_untrained(split, tmp_path):
    rng = np.random.default_rng(1)
    base = rng.integers(0, 256, (24, 3, 16, 16))[split.labels]
    pixels = np.clip(base + rng.normal(size=base.shape) * 40, 0, 255).astype(np.uint8)
    flat = pixels.reshape(len(pixels), -1).astype(np.float32)
    on_pixels = Split.of(flat / np.linalg.norm(flat, axis=1, keepdims=True), split.labels, pixels)
    found = compared(on_pixels, tmp_path / "runs.jsonl", ("nt_xent",), Settings(1, 1, 8, 4))
    assert [row.name for row in found.rows][:3] == ["pixels as it is", "PCA", "the network untrained"]


def test_every_contender_can_be_made_and_draws_the_same_settings_each_time():
    assert len(CONTENDERS) == 22
    assert [each.year for each in CONTENDERS] == sorted(each.year for each in CONTENDERS)
    for contender in CONTENDERS:
        first, second = (list(recipes(contender, 2, 10)) for _ in range(2))
        assert first == second
        assert first[0] != first[1]
    with pytest.raises(UnknownName, match="no compared loss 'arcfase'; did you mean 'arcface'"):
        chosen(["arcfase"])


def test_no_loss_ends_before_its_iterations():
    for contender in CONTENDERS:
        for recipe in recipes(contender, 1, 800):
            assert recipe.patience * recipe.judge_every >= recipe.iterations


def test_settings_without_sense_are_refused(split, tmp_path):
    with pytest.raises(BadSetting, match="1 or more"):
        Settings(budget=0)
    with pytest.raises(BadSetting, match="differ in 16 directions: ask for no more than dim=16"):
        compared(split, tmp_path / "runs.jsonl", settings=Settings(1, 1, 1, 17))


def test_groups_are_classes_of_the_pictures_that_ask():
    assert groups_of(np.array([7, 3, 7, 9, 3])).tolist() == [1, 0, 1, 0]
