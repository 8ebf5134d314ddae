from __future__ import annotations

import numpy as np
import pytest

from lookalike.errors import BadQuery
from lookalike.learn.classes import parts_of


def test_no_class_is_in_two_parts_and_each_has_several_pictures() -> None:
    labels = np.repeat(np.arange(23), 3)
    labels = np.concatenate([labels, [90, 91]])  # classes of one picture
    parts = parts_of(labels, np.random.default_rng(0))
    of_part = [set(labels[part].tolist()) for part in (parts.learn, parts.stop, parts.judge)]
    assert sum(map(len, of_part)) == len(set.union(*of_part)) == 25
    assert [len(each) for each in of_part] == [17, 4, 4]
    assert {90, 91} < of_part[0]
    assert np.array_equal(np.sort(np.concatenate([parts.learn, parts.stop, parts.judge])), np.arange(len(labels)))


def test_six_classes_are_the_least() -> None:
    parts = parts_of(np.repeat(np.arange(6), 2), np.random.default_rng(0))
    assert [len(each) for each in (parts.learn, parts.stop, parts.judge)] == [4, 4, 4]
    with pytest.raises(BadQuery, match="5 classes have two pictures or more, and 6 are wanted"):
        parts_of(np.repeat(np.arange(5), 2), np.random.default_rng(0))


def test_one_class_and_one_picture_a_class_are_refused_with_what_to_do() -> None:
    with pytest.raises(BadQuery, match="all 9 pictures are of one class: put those of each class into a folder"):
        parts_of(np.zeros(9, np.int64), np.random.default_rng(0))
    with pytest.raises(BadQuery, match=r"each of the 9 classes has one picture.*add more pictures of each"):
        parts_of(np.arange(9), np.random.default_rng(0))
