from __future__ import annotations

import numpy as np
import pytest
from pytorch_metric_learning.distances import CosineSimilarity
from pytorch_metric_learning.utils.accuracy_calculator import AccuracyCalculator
from pytorch_metric_learning.utils.inference import CustomKNN

from lookalike.errors import BadQuery
from lookalike.learn.adapt import FOLDS, LEAST_CLASSES, _folds, adapt, average_precision_at_r


def labelled(*, told: bool, classes: int = 24, each: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows whose first 20 of 60 directions tell the class, beneath others that vary more; or labels by chance."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(classes), each)
    rows = 1.5 * rng.normal(size=(len(labels), 60))
    rows[:, :20] = rng.normal(size=(classes, 20))[labels] + 0.4 * rng.normal(size=(len(labels), 20))
    rows = rows @ np.linalg.qr(rng.normal(size=(60, 60)))[0]
    unit = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
    return unit, labels if told else rng.permutation(labels)


def test_classes_that_can_be_learned_are_and_strangers_gain_as_well() -> None:
    rows, labels = labelled(told=True)
    found = adapt(rows, labels, np.random.default_rng(0))
    assert (found.classes, found.pictures) == (24, 288)
    assert found.kept
    assert found.strangers.low > 0.05
    assert found.strangers.adapted - found.strangers.plain == pytest.approx(found.strangers.mean)
    assert found.known.mean > found.strangers.mean
    mapped, share = found.map(rows), found.setting.share
    mixed = share * mapped @ mapped.T + (1 - share) * rows @ rows.T
    same = (labels[:, None] == labels) & ~np.eye(288, dtype=bool)
    mixed[np.eye(288, dtype=bool)] = -2
    assert average_precision_at_r(mixed, same).mean() > found.known.adapted  # it has seen these


def test_labels_by_chance_are_not_kept() -> None:
    rows, labels = labelled(told=False)
    found = adapt(rows, labels, np.random.default_rng(0))
    assert not found.kept
    assert found.strangers.mean < 0.02


def test_the_seed_decides() -> None:
    rows, labels = labelled(told=True)
    first, second = (adapt(rows, labels, np.random.default_rng(3)) for _ in range(2))
    assert first.strangers == second.strangers
    assert np.array_equal(first.map.matrix, second.map.matrix)


def test_single_pictures_are_left_out_and_too_few_classes_refused() -> None:
    rows, labels = labelled(told=True, classes=LEAST_CLASSES + 1, each=4)
    labels[-3:] = [100, 101, 102]
    found = adapt(rows, labels, np.random.default_rng(0))
    assert (found.classes, found.pictures) == (LEAST_CLASSES, 4 * LEAST_CLASSES)
    with pytest.raises(BadQuery, match="7 classes have two pictures or more, and 8 are wanted"):
        adapt(rows[:28], labels[:28], np.random.default_rng(0))


def test_folds_leave_out_each_once() -> None:
    folds = _folds(11, np.random.default_rng(0))
    assert folds.shape == (FOLDS, 11)
    assert (folds.sum(axis=0) == 1).all()
    assert sorted(folds.sum(axis=1)) == [2, 3, 3, 3]


def test_average_precision_is_that_of_pytorch_metric_learning() -> None:
    rng = np.random.default_rng(0)
    rows = np.asarray(rng.normal(size=(60, 8)), np.float32)
    labels = rng.integers(0, 7, 60)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -1e9)
    same = (labels[:, None] == labels) & ~np.eye(60, dtype=bool)
    order = np.argsort(-cosines, axis=1)
    expected = []
    for each, right in zip(order, same, strict=True):
        hits = right[each][: right.sum()]
        expected.append((np.cumsum(hits) / np.arange(1, len(hits) + 1) * hits).sum() / len(hits))
    assert np.allclose(average_precision_at_r(cosines, same), expected)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -2)
    plain = CustomKNN(CosineSimilarity())
    oracle = AccuracyCalculator(include=("mean_average_precision_at_r",), avg_of_avgs=False, knn_func=plain)
    theirs = oracle.get_accuracy(unit, labels)
    assert average_precision_at_r(cosines, same).mean() == pytest.approx(
        theirs["mean_average_precision_at_r"], abs=1e-6
    )
