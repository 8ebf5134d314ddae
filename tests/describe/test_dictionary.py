from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import orthogonal_mp_gram

from lookalike.describe.dictionary import Dictionary, pursued
from lookalike.types import Picture


def test_the_pursuit_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(40, 64))
    parts /= np.linalg.norm(parts, axis=1, keepdims=True)
    for target in rng.normal(size=(20, 64)):
        theirs = orthogonal_mp_gram(parts @ parts.T, parts @ target, n_nonzero_coefs=6)
        np.testing.assert_allclose(pursued(parts, target, 6), theirs, atol=1e-8)


def test_the_pursuit_ends_when_nothing_is_left() -> None:
    parts = np.eye(4)
    np.testing.assert_array_equal(pursued(parts, np.array([0.0, 2, 0, 0]), 4), [0, 2, 0, 0])
    np.testing.assert_array_equal(pursued(parts, np.zeros(4), 4), 0)
    np.testing.assert_allclose(pursued(np.ones((3, 4)) / 2, np.ones(4), 3) @ (np.ones((3, 4)) / 2), 1)


def test_no_more_parts_make_up_a_picture_than_were_learned(faces: list[Picture]) -> None:
    rows = Dictionary(components=2).seen.describe(faces)
    eight = Dictionary(components=2).fit(rows)
    two = Dictionary(components=2, nonzero=2).fit(rows)
    np.testing.assert_array_equal(eight.describe(faces), two.describe(faces))
    with pytest.raises(ValueError, match="nonzero must be 1 or more, not 0"):
        Dictionary(nonzero=0)


def test_few_parts_make_up_a_picture_and_more_of_them_a_better_one(faces: list[Picture]) -> None:
    missed = []
    for nonzero in (2, 8):
        describer = Dictionary(components=24, nonzero=nonzero).fit(Dictionary().seen.describe(faces))
        seen = describer.see(faces)
        weights = np.array([describer.weights(row, describer.arrays) for row in seen])
        assert (np.count_nonzero(weights, axis=1) <= nonzero).all()
        totals = np.array([describer.total(row, describer.arrays) for row in weights])
        missed.append(np.square(seen - totals).sum() / np.square(seen - seen.mean(axis=0)).sum())
    assert missed[1] < missed[0] < 1
    assert missed[1] < 0.5
