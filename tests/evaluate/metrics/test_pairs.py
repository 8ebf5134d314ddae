"""One list of pairs against a slow loop over its thresholds, and against scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from lookalike.evaluate.metrics.pairs import PairList

drawn = st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=15).filter(
    lambda rows: any(right for _, right in rows)
)


def arrays(rows):
    return np.array([score for score, _ in rows]), np.array([right for _, right in rows])


@given(drawn, st.sampled_from([0.3, 0.5, 0.9, 0.99]), st.integers(0, 3))
def test_recall_at_precision_agrees_with_a_loop_over_thresholds(rows, wanted, missed):
    scores, right = arrays(rows)
    total = right.sum() + missed
    best = max(
        (
            right[scores >= threshold].sum() / total
            for threshold in set(scores)
            if right[scores >= threshold].mean() >= wanted
        ),
        default=0.0,
    )
    assert PairList.of(scores, right).recall_at_precision(total, wanted) == pytest.approx(best)
    threshold = PairList.of(scores, right).threshold_at_precision(total, wanted)
    if threshold is None:
        assert best == 0
    else:
        assert right[scores >= threshold].mean() >= wanted


@given(drawn, st.integers(0, 3))
def test_micro_ap_agrees_with_a_loop_that_puts_wrong_ties_first(rows, missed):
    ranked = sorted(rows, key=lambda row: (-row[0], row[1]))
    precisions = [
        sum(right for _, right in ranked[: at + 1]) / (at + 1) for at, (_, right) in enumerate(ranked) if right
    ]
    scores, right = arrays(rows)
    total = len(precisions) + missed
    assert PairList.of(scores, right).micro_ap(total) == pytest.approx(sum(precisions) / total)


def test_micro_ap_agrees_with_scikit_learn_where_no_scores_tie():
    chance = np.random.default_rng(0)
    scores = chance.permutation(500) / 500
    right = chance.random(500) < scores**3
    assert PairList.of(scores, right).micro_ap(right.sum()) == pytest.approx(average_precision_score(right, scores))


@given(drawn)
def test_a_weight_counts_a_pair_as_often(rows):
    scores, right = arrays(rows)
    weights = np.arange(len(rows)) % 3 + 1.0
    again = np.repeat(np.arange(len(rows)), weights.astype(int))
    total = right[again].sum()
    ordered = PairList.of(scores, right)
    curve = ordered.curve(total, weights[ordered.place])
    slow = PairList.of(scores[again], right[again]).curve(total)
    np.testing.assert_allclose(curve.precision, slow.precision)
    np.testing.assert_allclose(curve.recall, slow.recall)


def test_pairs_of_weight_0_do_not_count():
    scores, right = np.array([0.9, 0.8, 0.7]), np.array([False, True, True])
    weights = np.array([0.0, 1.0, 1.0])
    assert PairList.of(scores, right).micro_ap(2, weights) == 1
    assert PairList.of(scores, right).recall_at_precision(2, 0.99, weights) == 1


def test_what_was_never_proposed_counts_against_recall():
    assert PairList.of(np.array([0.9]), np.array([True])).micro_ap(4) == 0.25
    assert PairList.of(np.array([]), np.array([], bool)).micro_ap(4) == 0
    assert PairList.of(np.array([]), np.array([], bool)).recall_at_precision(4, 0.9) == 0


def test_totals_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="2 right pairs here, and 1 in all"):
        PairList.of(np.array([0.9, 0.8]), np.array([True, True])).micro_ap(1)
    with pytest.raises(ValueError, match="NaN"):
        PairList.of(np.array([np.nan]), np.array([True])).micro_ap(1)
    with pytest.raises(ValueError, match="must be"):
        PairList.of(np.array([0.9]), np.array([True, True])).micro_ap(2)
