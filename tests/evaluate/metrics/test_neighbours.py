import numpy as np
import pytest

from lookalike.evaluate.metrics.neighbours import ann_recall


def test_a_tie_with_another_item_is_no_error():
    assert ann_recall(np.array([0.9, 0.5]), np.array([0.9, 0.5])) == 1


def test_what_is_farther_or_missing_counts_against_recall():
    assert ann_recall(np.array([0.9, 0.4]), np.array([0.9, 0.5])) == 0.5
    assert ann_recall(np.array([0.9]), np.array([0.9, 0.5])) == 0.5
    assert ann_recall(np.array([]), np.array([0.9, 0.5])) == 0


def test_only_as_many_as_were_asked_for_count():
    assert ann_recall(np.array([0.1, 0.9, 0.9]), np.array([0.9, 0.9])) == 0.5


def test_no_neighbours_is_refused():
    with pytest.raises(ValueError, match="no exact neighbour"):
        ann_recall(np.array([0.9]), np.array([]))
