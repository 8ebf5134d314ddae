"""Classes of a library teach it which differences count: kept where it helps, and undone."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.describe.convnet import ConvNet
from lookalike.errors import BadQuery, SpaceMismatch
from lookalike.search.ingest.options import Options
from lookalike.store import open_store

CLASSES, EACH = 12, 6


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """72 different pictures in twelve folders."""
    root = tmp_path / "classes"
    for at in range(CLASSES * EACH):
        folder = root / f"class{at % CLASSES}"
        folder.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(at).integers(0, 256, (6, 6, 3), np.uint8)
        Image.fromarray(pixels).resize((48, 48), Image.Resampling.BICUBIC).save(folder / f"{at}.png")
    return root


@pytest.fixture
def filled(library: Library, classes: Path) -> Library:
    """With rows in place of the network's: some directions tell the class, others vary more."""
    # By one process: ids, and with them what is drawn, are then the same each time.
    library.index(classes, describers=("convnet", "phash"), local=False, planes=False, options=Options(1))
    rng = np.random.default_rng(0)
    centres, nuisance = rng.normal(size=(CLASSES, 1280)), rng.normal(size=(15, 1280))
    with closing(open_store(library.folder)) as store, store.writing(), store.transaction():
        for record in store.records():
            row = centres[int(Path(record.path).parent.name[5:])] + 2 * rng.normal(size=15) @ nuisance
            row += 0.5 * rng.normal(size=1280)
            store.put(ConvNet().space, np.array([record.id]), np.float32([row / np.linalg.norm(row)]))
    return library


def own_class_among_five(library: Library, name: str) -> float:
    """Share of the five nearest others that are of the picture's class, by the rows that are kept under a name."""
    found = library.vectors(name)
    cosines = found.array @ found.array.T
    np.fill_diagonal(cosines, -2)
    label = np.array([Path(path).parent.name for path in found.paths])
    nearest = np.argsort(-cosines, axis=1)[:, : EACH - 1]
    return float((label[nearest] == label[:, None]).mean())


def digest_of(library: Library) -> list[str]:
    return [space.digest for space in library.store.spaces() if space.name == "adapted"]


def test_an_adapted_library_finds_more_of_a_class_and_describes_later_pictures_too(
    filled: Library, classes: Path, tmp_path: Path
) -> None:
    found = filled.adapt(by="folder")
    assert (found.classes, found.pictures, found.kept) == (CLASSES, CLASSES * EACH, True)
    assert own_class_among_five(filled, "convnet") < 0.6
    assert own_class_among_five(filled, "adapted") > 0.8
    results = filled.search(classes / "class3" / "3.png", k=3)
    share = found.setting.share
    assert results.weights == pytest.approx({"adapted": share, "convnet": 1 - share, "phash": 0.25})
    assert set(results[0].channels) == {"adapted", "convnet", "phash"}
    later = tmp_path / "later.png"
    Image.fromarray(np.random.default_rng(99).integers(0, 256, (40, 40, 3), np.uint8)).save(later)
    filled.index(later)
    assert len(filled.vectors("adapted").ids) == CLASSES * EACH + 1
    assert filled.search(later, k=1)[0].channels["adapted"] == pytest.approx(1, abs=1e-4)


def test_what_was_learned_can_be_dropped_and_all_is_as_before(filled: Library, classes: Path) -> None:
    query = classes / "class3" / "3.png"
    before = [(one.path, one.score) for one in filled.search(query, k=10)]
    filled.adapt(by="folder")
    assert [(one.path, one.score) for one in filled.search(query, k=10)] != before
    assert filled.forget_adapted()
    assert [(one.path, one.score) for one in filled.search(query, k=10)] == before
    assert not filled.forget_adapted()


def test_a_second_lesson_takes_the_place_of_the_first(filled: Library) -> None:
    filled.adapt(by="folder")
    first = digest_of(filled)
    filled.adapt(by="folder", where="path != '*class0*'")
    assert len(digest_of(filled)) == 1
    assert digest_of(filled) != first


def test_labels_by_chance_are_not_kept_and_an_earlier_lesson_stays(filled: Library) -> None:
    filled.adapt(by="folder")
    before = digest_of(filled)
    order = np.random.default_rng(1).permutation(CLASSES * EACH)
    for at, record in zip(order.tolist(), filled.records(), strict=True):
        filled.labels.add(record.path, f"label{at % CLASSES}")
    assert not filled.adapt(by="label").kept
    assert digest_of(filled) == before


def test_a_picture_of_two_classes_teaches_neither(filled: Library, classes: Path) -> None:
    for folder in classes.iterdir():
        filled.labels.add(folder, folder.name)
    filled.labels.add(classes / "class0" / "0.png", "another")
    assert filled.adapt().pictures == CLASSES * EACH - 1


def test_too_few_classes_none_and_no_rows_are_told(filled: Library, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="has a class by 'label'"):
        filled.adapt()
    with pytest.raises(BadQuery, match="1 classes have two pictures or more, and 8 are wanted"):
        filled.adapt(by="folder", where="path = '*class3*'")
    for name, record in zip("abcdefghijkl", filled.records()[:: EACH + 1], strict=False):
        filled.labels.add(record.path, name)  # a class for each picture
    with pytest.raises(BadQuery, match="0 classes have two pictures or more, and 8 are wanted"):
        filled.adapt()
    with Library(tmp_path / "other") as other:
        other.index(folder, describers=["phash"])
        with pytest.raises(SpaceMismatch, match="index PATH --describer convnet"):
            other.adapt(by="folder")
