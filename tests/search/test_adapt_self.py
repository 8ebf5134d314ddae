"""Edited copies of a library's own pictures teach it: kept where other copies are found better, and undone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.errors import BadQuery, SpaceMismatch
from lookalike.learn.own_copies import OwnCopies
from lookalike.search import adapt_self
from lookalike.search.ingest.options import Options

COUNT = 44
FEW = ("crop", "flip", "grey", "jpeg")


@pytest.fixture
def filled(library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """44 different pictures, the network's rows, and four edits."""
    folder = tmp_path / "noise"
    folder.mkdir()
    for at in range(COUNT):
        pixels = np.random.default_rng(at).integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(pixels).resize((48, 48), Image.Resampling.BICUBIC).save(folder / f"{at}.png")
    library.index(folder, describers=["convnet"], local=False, planes=False)
    monkeypatch.setattr(adapt_self, "EDITS", dict.fromkeys(FEW))
    return library


def kept_by(library: Library) -> list[str]:
    return [space.digest for space in library.store.spaces() if space.name == "adapted"]


def test_copies_are_described_once_and_what_is_kept_is_what_was_found(filled: Library, tmp_path: Path) -> None:
    cache, told = tmp_path / "cache", []
    options = Options(1, on_commit=lambda progress: told.append(progress.committed))
    found = filled.adapt_self(originals=42, options=options, cache=cache)
    assert found is not None
    assert found.pictures == 42
    assert told[-1] == 42
    assert (len(kept_by(filled)) == 1) == found.kept
    assert 0 <= found.micro_ap.plain <= 1
    assert len(list((cache / "copies").iterdir())) == 42

    told.clear()
    again = filled.adapt_self(originals=42, options=options, cache=cache)
    assert again is not None
    assert told == []
    assert (again.name, again.micro_ap, again.recall) == (found.name, found.micro_ap, found.recall)


def test_a_map_that_finds_more_is_asked_beside_convnet_and_dropped_again(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies whose rows differ in few directions, by much."""

    def harmed(records: object, rows: np.ndarray, *_: object) -> OwnCopies:
        rng = np.random.default_rng(0)
        places = np.arange(COUNT)
        nuisance = 0.04 * rng.normal(size=(12, 1280))
        copies = rows[:, None] + rng.normal(size=(COUNT, 8, 12)) @ nuisance + 0.002 * rng.normal(size=(COUNT, 8, 1280))
        return OwnCopies(rows, places, np.float32(copies / np.linalg.norm(copies, axis=2, keepdims=True)))

    monkeypatch.setattr(adapt_self, "own_copies", harmed)
    query = tmp_path / "noise" / "7.png"
    before = [(one.path, one.score) for one in filled.search(query, k=5)]
    found = filled.adapt_self(cache=tmp_path)
    assert found is not None
    assert found.kept
    assert len(kept_by(filled)) == 1
    results = filled.search(query, k=5)
    assert results.weights == pytest.approx({"adapted": found.share, "convnet": 1 - found.share})
    assert results[0].channels["adapted"] == pytest.approx(1, abs=1e-4)
    assert filled.forget_adapted()
    assert [(one.path, one.score) for one in filled.search(query, k=5)] == before


def test_a_stop_too_few_pictures_and_no_rows_are_told(filled: Library, tmp_path: Path, folder: Path) -> None:
    stopped = Options(1, should_stop=lambda: True)
    assert filled.adapt_self(originals=42, options=stopped, cache=tmp_path / "cache") is None
    with Library(tmp_path / "small") as small:
        small.index(folder, describers=["convnet"], local=False, planes=False)
        with pytest.raises(BadQuery, match="copies of 40 pictures and 4 edits at least"):
            small.adapt_self(cache=tmp_path / "cache", options=Options(1))
    with Library(tmp_path / "other") as other:
        other.index(folder, describers=["phash"], local=False, planes=False)
        with pytest.raises(SpaceMismatch, match="index PATH --describer convnet"):
            other.adapt_self(cache=tmp_path / "cache")
