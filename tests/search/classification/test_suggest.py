from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.errors import BadQuery

COLOURS = {"red": (200, 30, 30), "green": (30, 180, 40)}


def patches(colour: tuple[int, int, int], seed: int) -> Image.Image:
    """Coarse shades of a colour: each seed another picture."""
    shades = np.random.default_rng(seed).normal(0, 25, (6, 8, 1)) + np.array(colour)
    return Image.fromarray(np.clip(shades, 0, 255).astype(np.uint8)).resize((64, 48), Image.Resampling.BICUBIC)


@pytest.fixture
def partly(library: Library, tmp_path: Path) -> Library:
    """Fourteen pictures of each of two colours, twelve of them labelled; one grey picture, and a copy of a labelled."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for number, (name, colour) in enumerate(COLOURS.items()):
        for seed in range(14):
            patches(colour, 100 * number + seed).save(photos / f"{name} {seed}.png")
    patches((128, 128, 128), 7).save(photos / "grey.png")
    library.index(photos, describers=["histogram"], local=False, planes=False)
    for name in COLOURS:
        library.labels.add(None, name, f"hue={name}", where=f'name = "{name} ?.png" or name = "{name} 1[01].png"')
    return library


def suggested(library: Library, **asked: object) -> dict[str, str]:
    return {Path(one.path).name: one.label for one in library.suggest_labels(**asked)}  # type: ignore[arg-type]


def test_pictures_without_a_label_get_one_suggested_and_none_is_written(partly: Library, tmp_path: Path) -> None:
    before = partly.labels.rows()
    expected = {f"{name} {seed}.png": name for name in COLOURS for seed in (12, 13)}
    assert suggested(partly, where="label != *") == expected
    assert suggested(partly) == expected  # the labelled ones have theirs
    (one,) = partly.suggest_labels(tmp_path / "photos" / "red 12.png", least=0)
    assert one.probability is not None
    assert one.none is not None
    assert one.probability > 0.5 > one.none
    assert Path(one.best).name.startswith("red")
    assert partly.labels.rows() == before


def test_what_is_like_nothing_gets_none_or_an_unlikely_one(partly: Library, tmp_path: Path) -> None:
    grey = tmp_path / "photos" / "grey.png"
    assert partly.suggest_labels(grey) == []
    (one,) = partly.suggest_labels(grey, least=0)
    assert (one.probability or 0) < 0.5 < (one.none or 0)


def test_a_picture_does_not_speak_for_itself(partly: Library, tmp_path: Path) -> None:
    wrong = tmp_path / "photos" / "green 0.png"
    partly.labels.remove(wrong, "green")
    partly.labels.add(wrong, "red")
    assert suggested(partly, paths=wrong) == {"green 0.png": "green"}


def test_values_of_a_fact_are_suggested_where_there_is_none(partly: Library) -> None:
    assert suggested(partly, by="Hue") == {f"{name} {seed}.png": f"hue={name}" for name in COLOURS for seed in (12, 13)}


def test_of_too_few_labels_there_is_no_probability(partly: Library) -> None:
    partly.labels.remove(None, "red", "green", where='not name = "* [12].png"')
    found = partly.suggest_labels(where="name = *3.png")
    assert {one.probability for one in found} == {None}
    assert len(found) == 4


def test_nothing_is_suggested_from_no_labels_or_for_no_picture(partly: Library, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="no picture at"):
        partly.suggest_labels(tmp_path / "elsewhere.png")
    with pytest.raises(BadQuery, match="0 to 1"):
        partly.suggest_labels(least=2)
    assert partly.suggest_labels(where="width > 1000") == []
    partly.labels.remove(None, "red", "green")
    with pytest.raises(BadQuery, match="has a class by 'label'"):
        partly.suggest_labels()
