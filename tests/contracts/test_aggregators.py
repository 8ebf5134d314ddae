"""What `Aggregator` promises, of every way to make one score of many."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.errors import BadSetting
from lookalike.search.ranking.aggregate import AGGREGATORS, Aggregator


@pytest.fixture(params=AGGREGATORS)
def aggregator(request: pytest.FixtureRequest) -> Aggregator:
    return AGGREGATORS.make(request.param)


@pytest.fixture
def scores() -> np.ndarray:
    return np.random.default_rng(0).random((50, 7)).astype(np.float32)


def test_a_score_is_between_the_lowest_and_the_highest(aggregator: Aggregator, scores: np.ndarray) -> None:
    found = aggregator.aggregate(scores)
    assert (found.shape, found.dtype) == ((50,), np.float32)
    assert (found >= scores.min(axis=1) - 1e-6).all()
    assert (found <= scores.max(axis=1) + 1e-6).all()


def test_equal_scores_and_a_single_one_are_themselves(aggregator: Aggregator, scores: np.ndarray) -> None:
    first = scores[:, :1]
    assert np.allclose(aggregator.aggregate(np.repeat(first, 5, axis=1)), first[:, 0], atol=1e-5)
    assert np.allclose(aggregator.aggregate(first), first[:, 0], atol=1e-5)
    assert aggregator.aggregate(np.zeros((1, 3), np.float32)).tolist() == [0.0]


def test_the_order_of_views_and_other_questions_do_not_matter(aggregator: Aggregator, scores: np.ndarray) -> None:
    found = aggregator.aggregate(scores)
    assert np.allclose(aggregator.aggregate(scores[:, ::-1]), found, atol=1e-6)
    assert np.allclose(aggregator.aggregate(scores[7:8]), found[7:8], atol=1e-6)


def test_a_view_that_is_more_alike_never_lowers_the_score(aggregator: Aggregator, scores: np.ndarray) -> None:
    more = scores.copy()
    more[:, 2] += np.float32(0.3)
    assert (aggregator.aggregate(more) >= aggregator.aggregate(scores) - 1e-6).all()


def test_a_view_that_does_not_count_changes_nothing_and_none_is_unknown(
    aggregator: Aggregator, scores: np.ndarray
) -> None:
    more = np.insert(scores, [0, 3, 7], np.nan, axis=1)
    assert np.allclose(aggregator.aggregate(more), aggregator.aggregate(scores), atol=1e-6)
    assert np.isnan(aggregator.aggregate(np.full((2, 3), np.nan, np.float32))).all()
    kept = scores.copy()
    aggregator.aggregate(scores)
    assert np.array_equal(kept, scores)


def test_each_means_what_it_says() -> None:
    scores = np.array([[0.1, 0.2, 0.4, 0.8]], np.float32)
    expected = {"best": 0.8, "mean": 0.375, "mean_of_best": 1.4 / 3}
    for name, score in expected.items():
        assert AGGREGATORS.make(name).aggregate(scores)[0] == pytest.approx(score)
    power = AGGREGATORS.spelled("power_mean:power=2").aggregate(scores)[0]
    assert power == pytest.approx(np.sqrt((0.01 + 0.04 + 0.16 + 0.64) / 4))


@pytest.mark.parametrize("words", ["mean_of_best:views=0", "power_mean:power=0.5", "power_mean:power=1000"])
def test_settings_that_mean_nothing_are_refused(words: str) -> None:
    with pytest.raises(BadSetting):
        AGGREGATORS.spelled(words)
