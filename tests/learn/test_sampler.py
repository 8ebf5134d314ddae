from __future__ import annotations

import numpy as np
import pytest

from lookalike.errors import BadSetting
from lookalike.learn.sampler import ClassesTimesPictures

labels = np.repeat(np.arange(6), [9, 5, 4, 4, 2, 1])


def drawn(sampler: ClassesTimesPictures, seed: int, count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [sampler.drawn(labels, rng) for _ in range(count)]


def test_a_batch_has_so_many_classes_and_so_many_pictures_of_each() -> None:
    for batch in drawn(ClassesTimesPictures(3, 4), 0, 50):
        classes, counts = np.unique(labels[batch], return_counts=True)
        assert (len(classes), counts.tolist()) == (3, [4, 4, 4])
        for each in classes:
            rows = batch[labels[batch] == each]
            members = set(np.flatnonzero(labels == each).tolist())
            assert set(rows.tolist()) <= members
            assert len(set(rows.tolist())) == 4 or len(members) < 4


def test_the_seed_decides() -> None:
    sampler = ClassesTimesPictures(3, 4)
    first, second, third = (np.array(drawn(sampler, seed, 5)) for seed in (1, 1, 2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, third)


def test_every_picture_comes_up() -> None:
    assert set(np.concatenate(drawn(ClassesTimesPictures(3, 4), 0, 200)).tolist()) == set(range(len(labels)))


def test_where_there_are_fewer_classes_all_are_taken_and_one_alone_is_refused() -> None:
    (batch,) = drawn(ClassesTimesPictures(50, 2), 0, 1)
    assert set(labels[batch]) == set(range(6))
    with pytest.raises(BadSetting, match="at least 2 classes are wanted to learn from, here is 1"):
        ClassesTimesPictures().drawn(np.zeros(5, np.int64), np.random.default_rng(0))
    with pytest.raises(BadSetting, match="2 pictures"):
        ClassesTimesPictures(2, 1)
