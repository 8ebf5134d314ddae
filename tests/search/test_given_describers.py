"""Describers that a session brings: objects, and functions."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import lookalike
from lookalike import Library
from lookalike.errors import BadSetting, ChannelLeftOut, SpaceMismatch, UnknownName, WorkerFailed
from lookalike.registry import digest
from lookalike.types import Picture, Pixels, Space, Vectors


def quarters(pictures: Sequence[Pixels]) -> NDArray[np.float64]:
    """(n, 12) mean colours of the quarters."""
    halves = [np.array_split(each.astype(float), 2, axis=0) for each in pictures]
    parts = [[part.mean(axis=(0, 1)) for half in both for part in np.array_split(half, 2, axis=1)] for both in halves]
    return np.array(parts).reshape(len(pictures), 12)


def quarters_describer(version: str = "1") -> lookalike.FunctionDescriber:
    return lookalike.describer(lambda pictures: quarters(pictures), dim=12, name="quarters", version=version)


@dataclass(frozen=True)
class Brightness:
    """A describer that no worker can import."""

    name: ClassVar[str] = "brightness"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "brightness"
    source: ClassVar[str] = "a test"
    unrelated: ClassVar[float] = 0.5

    cells: int = 4

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.cells, "cosine")

    @property
    def min_side(self) -> int:
        return 8

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        means = [
            [part.mean() + 1 for part in np.array_split(each.pixels.astype(np.float32), self.cells, axis=1)]
            for each in pictures
        ]
        rows = np.array(means, np.float32).reshape(len(means), self.cells)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_a_function_is_a_channel_of_the_session_that_brings_it(tmp_path: Path, folder: Path) -> None:
    with lookalike.open(tmp_path / "library") as library:
        report = library.index(folder, describers=["phash", quarters_describer()])
        assert (report.added, report.failed) == (5, 0)
        results = library.search(folder / "2.png", by=["quarters"])
        assert (Path(results[0].path).name, list(results[0].channels)) == ("2.png", ["quarters"])
        assert results[0].channels["quarters"] == pytest.approx(1)
        rows = library.vectors("quarters").array
        own = library.describe([folder / f"{seed}.png" for seed in range(5)])["quarters"]
        order = np.argsort([Path(path).name for path in library.vectors("quarters").paths])
        np.testing.assert_allclose(rows[order], own, atol=1e-6)


def test_a_library_opened_with_the_function_again_knows_its_vectors(tmp_path: Path, folder: Path) -> None:
    with lookalike.open(tmp_path / "library") as library:
        library.index(folder, describers=["phash", quarters_describer()])
    with lookalike.open(tmp_path / "library", describers=[quarters_describer()]) as library:
        assert list(library.search(folder / "2.png", by=["quarters"])[0].channels) == ["quarters"]
        assert [space.name for space in library.status().spaces] == ["phash", "quarters"]
        (folder / "4.png").rename(folder / "5.png")
        assert library.index(folder).moved == 1
        assert library.dupes("copy") == []


def test_without_it_the_channel_is_left_out_and_that_is_told_once(tmp_path: Path, folder: Path) -> None:
    with lookalike.open(tmp_path / "library") as library:
        library.index(folder, describers=["phash", quarters_describer()])
    with lookalike.open(tmp_path / "library") as library:
        with pytest.warns(ChannelLeftOut, match="'quarters' is left out.*lookalike.open"):
            results = library.search(folder / "2.png")
        assert list(results.weights) == ["phash"]
        assert len(library.search(folder / "2.png")) == 5  # not told again: a warning would be an error
        with pytest.raises(UnknownName):
            library.search(folder / "2.png", by=["quarters"])
        assert library.index(folder).unchanged == 5


def test_the_command_line_says_so_in_a_sentence(tmp_path: Path, folder: Path) -> None:
    with lookalike.open(tmp_path / "library") as library:
        library.index(folder, describers=["phash", quarters_describer()])
    asked = ["--library", str(tmp_path / "library"), "search", str(folder / "2.png"), "--json"]
    done = subprocess.run([sys.executable, "-m", "lookalike", *asked], capture_output=True, text=True, check=True)
    assert list(json.loads(done.stdout)["query"]["by"]) == ["phash"]
    assert done.stderr.splitlines()[0].startswith("the channel 'quarters' is left out")
    assert len(done.stderr.splitlines()) == 1


def test_another_version_is_another_space(tmp_path: Path, folder: Path) -> None:
    with lookalike.open(tmp_path / "library") as library:
        library.index(folder, describers=["phash", quarters_describer()])
    with lookalike.open(tmp_path / "library", describers=[quarters_describer("2")]) as library:
        with pytest.warns(ChannelLeftOut), pytest.raises((SpaceMismatch, UnknownName)):
            library.search(folder / "2.png", by=["quarters"])
        library.index(folder, describers=["quarters"])
        assert library.search(folder / "2.png", by=["quarters"])[0].path == str(folder / "2.png")


def test_an_object_serves_as_a_row_of_the_table_does(tmp_path: Path, folder: Path) -> None:
    with lookalike.open(tmp_path / "library", describers=[Brightness(2)]) as library:
        library.index(folder, describers=[Brightness(4), "brightness"])
        names = [space.name for space in library.status().spaces]
        assert names == ["brightness:cells=2", "brightness"] or names == ["brightness", "brightness:cells=2"]
        assert library.search(folder / "3.png", by=["brightness"])[0].path == str(folder / "3.png")
        assert len(library.search(folder / "3.png")) == 5


def test_two_pictures_are_compared_by_an_object_too(folder: Path) -> None:
    found = lookalike.compare(folder / "1.png", folder / "2.png", describers=["phash", quarters_describer()])
    assert list(found.channels) == ["phash", "quarters"]


def test_what_is_no_describer_is_refused_with_what_to_do(filled: Library, folder: Path) -> None:
    for wrong in (quarters, object(), "unknown"):
        with pytest.raises((BadSetting, UnknownName), match=r"lookalike\.describer|no describer"):
            filled.index(folder, describers=[wrong])
    with pytest.raises(BadSetting, match="another name"):
        lookalike.describer(quarters, dim=12, name="phash")
    with pytest.raises(BadSetting, match="letters"):
        lookalike.describer(quarters, dim=12, name="my model")


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        (lambda pictures: np.zeros((len(pictures), 3)), r"\(1, 12\) rows, not \(1, 3\)"),
        (lambda pictures: np.full((len(pictures), 12), np.nan), "not finite"),
    ],
)
def test_rows_of_another_shape_or_without_a_value_are_an_error(
    wrong: object, match: str, photos: list[Picture]
) -> None:
    with pytest.raises(ValueError, match=match):
        lookalike.describer(wrong, dim=12, name="wrong").describe(photos[:1])  # type: ignore[arg-type]


def test_rows_are_brought_to_unit_length_and_zeros_stay(photos: list[Picture]) -> None:
    rows = np.zeros((2, 12))
    rows[0, 3] = 5
    found = lookalike.describer(lambda pictures: rows, dim=12, name="given").describe(photos[:2])
    assert np.linalg.norm(found, axis=1).tolist() == [1, 0]


def test_an_error_in_the_function_is_the_callers_and_loses_nothing(tmp_path: Path, folder: Path) -> None:
    def fails(pictures: Sequence[Pixels]) -> NDArray[np.float64]:
        raise RuntimeError("out of luck")

    with lookalike.open(tmp_path / "library") as library:
        library.index(folder, describers=["phash"])
        with pytest.raises(RuntimeError, match="out of luck"):
            library.index(folder, describers=[lookalike.describer(fails, dim=2, name="failing")])
        assert len(library) == 5
        with pytest.warns(ChannelLeftOut):
            assert len(library.search(folder / "2.png")) == 5


def test_a_calibration_by_a_function_says_that_workers_cannot_have_it(tmp_path: Path, folder: Path) -> None:
    with lookalike.open(tmp_path / "library") as library:
        Image.effect_noise((64, 48), 90).save(folder / "more.png")
        library.index(folder, describers=["phash", quarters_describer()])
        with pytest.raises(WorkerFailed, match="worker process"):
            library.calibrate(by={"quarters": 1.0}, originals=2)
