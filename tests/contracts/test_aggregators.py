"""What `Aggregator` promises, of every way to make one score of many."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import nnls

from lookalike.errors import BadSetting
from lookalike.search.ranking.aggregate import AGGREGATORS, Aggregator
from lookalike.search.ranking.aggregate.span import RIDGE

M = 7


@pytest.fixture(params=AGGREGATORS)
def aggregator(request: pytest.FixtureRequest) -> Aggregator:
    return AGGREGATORS.make(request.param)


@pytest.fixture
def vectors() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(50, 12) questions and (7, 12) views, unit rows with nothing below 0."""
    rng = np.random.default_rng(0)
    rows = rng.random((50 + M, 12)) ** 3
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows[:50], rows[50:]


@pytest.fixture
def scores(vectors: tuple[NDArray[np.float64], NDArray[np.float64]]) -> NDArray[np.float32]:
    asked, views = vectors
    return (asked @ views.T).astype(np.float32)


@pytest.fixture
def between(vectors: tuple[NDArray[np.float64], NDArray[np.float64]]) -> NDArray[np.float32]:
    _, views = vectors
    return np.repeat((views @ views.T).astype(np.float32)[None], 50, axis=0)


def ones(q: int, m: int) -> NDArray[np.float32]:
    return np.ones((q, m, m), np.float32)


def test_a_score_is_between_nothing_and_one(
    aggregator: Aggregator, scores: NDArray[np.float32], between: NDArray[np.float32]
) -> None:
    found = aggregator.aggregate(scores, between)
    assert (found.shape, found.dtype) == ((50,), np.float32)
    assert (found > 0).all()
    assert (found <= 1).all()
    if not aggregator.among:
        assert (found >= scores.min(axis=1) - 1e-6).all()
        assert (found <= scores.max(axis=1) + 1e-6).all()


def test_one_view_is_itself_and_never_more_however_often(aggregator: Aggregator, scores: NDArray[np.float32]) -> None:
    first = scores[:, :1]
    often = aggregator.aggregate(np.repeat(first, 5, axis=1), ones(50, 5))
    assert (often <= first[:, 0] + 1e-5).all()
    assert (often >= first[:, 0] * 5 ** (-1 / 8) - 1e-5).all()
    assert np.allclose(aggregator.aggregate(first, ones(50, 1)), first[:, 0], atol=1e-5)
    assert aggregator.aggregate(np.zeros((1, 3), np.float32), np.eye(3, dtype=np.float32)[None]).tolist() == [0.0]


def test_the_order_of_views_and_other_questions_do_not_matter(
    aggregator: Aggregator, scores: NDArray[np.float32], between: NDArray[np.float32]
) -> None:
    found = aggregator.aggregate(scores, between)
    assert np.allclose(aggregator.aggregate(scores[:, ::-1], between[:, ::-1, ::-1]), found, atol=1e-5)
    assert np.allclose(aggregator.aggregate(scores[7:8], between[7:8]), found[7:8], atol=1e-6)


def test_a_view_that_is_more_alike_never_lowers_the_score(
    aggregator: Aggregator, scores: NDArray[np.float32], between: NDArray[np.float32]
) -> None:
    more = scores.copy()
    more[:, 2] += np.float32(0.2)
    assert (aggregator.aggregate(more, between) >= aggregator.aggregate(scores, between) - 1e-3).all()


def test_a_view_that_does_not_count_changes_nothing_and_none_is_unknown(
    aggregator: Aggregator, scores: NDArray[np.float32], between: NDArray[np.float32]
) -> None:
    more = np.insert(scores, [0, 3, 7], np.nan, axis=1)
    wider = np.insert(np.insert(between, [0, 3, 7], 0.9, axis=1), [0, 3, 7], 0.9, axis=2)
    assert np.allclose(aggregator.aggregate(more, wider), aggregator.aggregate(scores, between), atol=1e-5)
    assert np.isnan(aggregator.aggregate(np.full((2, 3), np.nan, np.float32), ones(2, 3))).all()
    kept = scores.copy(), between.copy()
    aggregator.aggregate(scores, between)
    assert np.array_equal(kept[0], scores)
    assert np.array_equal(kept[1], between)


def test_who_compares_views_wants_to_be_told(aggregator: Aggregator, scores: NDArray[np.float32]) -> None:
    if aggregator.among:
        with pytest.raises(ValueError, match="to one another"):
            aggregator.aggregate(scores)
    else:
        assert np.array_equal(aggregator.aggregate(scores), aggregator.aggregate(scores, ones(50, M)))


def test_each_means_what_it_says() -> None:
    scores = np.array([[0.1, 0.2, 0.4, 0.8]], np.float32)
    expected = {"best": 0.8, "mean": 0.375, "mean_of_best": 1.4 / 3}
    for name, score in expected.items():
        assert AGGREGATORS.make(name).aggregate(scores)[0] == pytest.approx(score)
    power = AGGREGATORS.spelled("power_mean:power=2").aggregate(scores)[0]
    assert power == pytest.approx(np.sqrt((0.01 + 0.04 + 0.16 + 0.64) / 4))


def test_views_that_others_bear_out_count_for_more() -> None:
    scores = np.array([[0.9, 0.1, 0.1]], np.float32)
    strayed = np.array([[[1, 0, 0], [0, 1, 0.8], [0, 0.8, 1]]], np.float32)
    borne = np.array([1 / 3, 0.6, 0.6])
    found = AGGREGATORS.spelled("agreement:power=1").aggregate(scores, strayed)[0]
    assert found == pytest.approx(float((borne * scores[0]).sum() / borne.sum()), abs=1e-6)
    assert found < AGGREGATORS.spelled("agreement:power=1:trust=0").aggregate(scores, strayed)[0]
    assert AGGREGATORS.spelled("agreement:power=1:trust=-2").aggregate(scores, strayed)[0] > 0.375


def test_a_mixture_of_views_is_the_object_and_their_span_is_that_of_nnls(
    vectors: tuple[NDArray[np.float64], NDArray[np.float64]],
    scores: NDArray[np.float32],
    between: NDArray[np.float32],
) -> None:
    asked, views = vectors
    span, root = AGGREGATORS.make("span"), M ** (1 / 8)
    mixture = views[0] + 2 * views[3]
    mixture /= np.linalg.norm(mixture)
    assert span.aggregate((mixture @ views.T)[None].astype(np.float32), between[:1])[0] == pytest.approx(
        1 / root, abs=1e-3
    )
    stacked = np.concatenate([views.T, np.sqrt(RIDGE) * np.eye(M)])
    for question, found in zip(asked, span.aggregate(scores, between).tolist(), strict=True):
        weights, _ = nnls(stacked, np.concatenate([question, np.zeros(M)]))
        closest = weights @ views
        wanted = max(float(closest @ question / np.linalg.norm(closest)), float((views @ question).max()))
        assert found * root == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(
    "words",
    [
        "mean_of_best:views=0",
        "power_mean:power=0.5",
        "power_mean:power=1000",
        "agreement:power=0",
        "agreement:trust=9",
        "agreement:views=0",
        "span:views=0",
        "span:power=0.5",
    ],
)
def test_settings_that_mean_nothing_are_refused(words: str) -> None:
    with pytest.raises(BadSetting):
        AGGREGATORS.spelled(words)
