"""Classes of the protocol: which are the test, and which make the folds."""

import numpy as np
import pytest

from lookalike.errors import BadQuery
from lookalike.evaluate.reality.split import FOLDS, Split


def rows_of(labels):
    rows = np.random.default_rng(0).normal(size=(len(labels), 4)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_no_class_is_in_two_parts_and_every_picture_is_in_one():
    labels = np.repeat(np.arange(20), 3)
    split = Split.of(rows_of(labels), labels)
    parts = [set(split.test_labels), *({*split.labels[split.folds == fold]} for fold in range(FOLDS))]
    assert sum(len(part) for part in parts) == 20
    assert set.union(*parts) == set(range(20))
    assert len(parts[0]) == 10
    for fold in range(FOLDS):
        assert not set(split.labels[split.known(fold)]) & (parts[0] | parts[1 + fold])


def test_a_class_of_one_picture_is_left_out_with_its_pixels():
    labels = np.array([*np.repeat(np.arange(16), 2), 99])
    pixels = np.arange(33, dtype=np.uint8)[:, None, None, None]
    split = Split.of(rows_of(labels), labels, pixels)
    assert 99 not in split.labels
    assert split.pixels.ravel().tolist() == list(range(32))
    assert split.seen_as == "pixels"


def test_too_few_classes_are_refused_with_how_many_are_wanted():
    labels = np.repeat(np.arange(15), 2)
    with pytest.raises(BadQuery, match="15 classes have two pictures or more, and 16 are wanted"):
        Split.of(rows_of(labels), labels)
