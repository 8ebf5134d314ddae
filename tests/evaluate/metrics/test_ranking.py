"""Each measure against a slow loop over the ranked list, hand-worked lists, scikit-learn, and what must always hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from lookalike.evaluate.metrics import ranking

MEASURES = {
    "p@1": lambda ranks: ranking.precision_at(ranks, 1),
    "hit@3": lambda ranks: ranking.hit_rate_at(ranks, 3),
    "r_precision": ranking.r_precision,
    "map@r": ranking.map_at_r,
    "step_ap": ranking.step_ap,
    "trapezoid_ap": ranking.trapezoid_ap,
}
marks = st.lists(st.booleans(), min_size=1, max_size=12).filter(any)


def ranks(hits):
    """Of a list given in its order."""
    hits = np.array(hits, bool)
    return ranking.ranks_of(-np.arange(len(hits), dtype=float), hits)


def slow_step_ap(hits):
    precisions = [sum(hits[: at + 1]) / (at + 1) for at, hit in enumerate(hits) if hit]
    return sum(precisions) / len(precisions)


def slow_map_at_r(hits):
    total = sum(hits)
    return sum(sum(hits[: at + 1]) / (at + 1) for at in range(total) if hits[at]) / total


def slow_trapezoid_ap(hits):
    """The program of the Oxford buildings, in its own order: recall and precision of the place before and at."""
    old_recall, old_precision, area, found = 0.0, 1.0, 0.0, 0
    for at, hit in enumerate(hits):
        found += hit
        recall, precision = found / sum(hits), found / (at + 1)
        area += (recall - old_recall) * (old_precision + precision) / 2
        old_recall, old_precision = recall, precision
    return area


@given(marks)
def test_measures_agree_with_slow_loops(hits):
    assert ranking.step_ap(ranks(hits)) == pytest.approx(slow_step_ap(hits))
    assert ranking.map_at_r(ranks(hits)) == pytest.approx(slow_map_at_r(hits))
    assert ranking.trapezoid_ap(ranks(hits)) == pytest.approx(slow_trapezoid_ap(hits))
    for k in (1, 3, 20):
        assert ranking.precision_at(ranks(hits), k) == pytest.approx(sum(hits[:k]) / k)
        assert ranking.recall_at(ranks(hits), k) == pytest.approx(sum(hits[:k]) / sum(hits))
        assert ranking.hit_rate_at(ranks(hits), k) == float(any(hits[:k]))
    assert ranking.r_precision(ranks(hits)) == pytest.approx(sum(hits[: sum(hits)]) / sum(hits))


@given(marks)
def test_measures_lie_between_0_and_1_and_are_1_when_all_that_is_relevant_comes_first(hits):
    for measure in MEASURES.values():
        assert 0 <= measure(ranks(hits)) <= 1
        assert measure(ranks(sorted(hits, reverse=True))) == pytest.approx(1)


@given(marks)
def test_a_full_score_means_that_all_that_is_relevant_comes_first(hits):
    first = hits == sorted(hits, reverse=True)
    for name in ("r_precision", "map@r", "step_ap", "trapezoid_ap"):
        assert (MEASURES[name](ranks(hits)) > 1 - 1e-9) == first


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=10, unique=True), st.data())
def test_step_ap_agrees_with_scikit_learn_where_no_scores_tie(scores, data):
    relevant = np.array(data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores))), bool)
    relevant[0] = True
    scores = np.array(scores)
    assert ranking.step_ap(ranking.ranks_of(scores, relevant)) == pytest.approx(
        average_precision_score(relevant, scores)
    )


@given(marks, st.randoms())
def test_the_order_of_the_items_does_not_matter(hits, chance):
    scores = np.round(np.linspace(0, 1, len(hits)), 1)  # with ties
    order = list(range(len(hits)))
    chance.shuffle(order)
    hits = np.array(hits)
    np.testing.assert_array_equal(ranking.ranks_of(scores, hits), ranking.ranks_of(scores[order], hits[order]))


def test_ties_count_against_the_method():
    scores = np.array([0.5, 0.5, 0.5, 0.1])
    np.testing.assert_array_equal(ranking.ranks_of(scores, np.array([True, False, False, False])), [3])
    np.testing.assert_array_equal(ranking.ranks_of(scores, np.array([True, True, False, True])), [2, 3, 4])


def test_junk_is_taken_out_before_ranks_are_counted():
    scores = np.array([0.9, 0.8, 0.7, 0.6])
    relevant = np.array([False, False, True, True])
    junk = np.array([True, False, False, False])
    np.testing.assert_array_equal(ranking.ranks_of(scores, relevant, junk), [2, 3])
    np.testing.assert_array_equal(ranking.ranks_of(scores, relevant, np.array([0, 0, 1, 0], bool)), [3])


def test_three_conventions_are_three_numbers_on_one_ranking():
    found = ranks([False, True, False, True, False, True])  # relevant at 2, 4 and 6
    assert ranking.step_ap(found) == pytest.approx((1 / 2 + 2 / 4 + 3 / 6) / 3)
    assert ranking.trapezoid_ap(found) == pytest.approx(((0 + 1 / 2) + (1 / 3 + 2 / 4) + (2 / 5 + 3 / 6)) / 6)
    assert ranking.map_at_r(found) == pytest.approx((1 / 2) / 3)


def test_the_ns_score_counts_the_query_itself():
    assert ranking.ns_score(np.array([1, 2, 3])) == 4
    assert ranking.ns_score(np.array([2, 5, 9])) == 2
    with pytest.raises(ValueError, match="3 are relevant, not 2"):
        ranking.ns_score(np.array([1, 2]))


def test_a_query_without_an_answer_is_refused_rather_than_scored():
    for measure in MEASURES.values():
        with pytest.raises(ValueError, match="nothing is relevant"):
            measure(np.array([], np.int64))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        ranking.ranks_of(np.array([np.nan, 1]), np.array([True, False]))
    with pytest.raises(ValueError, match="must be"):
        ranking.ranks_of(np.array([1.0]), np.array([True, False]))
    with pytest.raises(ValueError, match="k must be"):
        ranking.precision_at(np.array([1]), 0)
