from __future__ import annotations

import numpy as np

from lookalike.local.keypoint_ranking import best_first, spread_out
from lookalike.types import Keypoints


def test_the_best_are_first_and_ties_lie_from_top_to_bottom() -> None:
    xy = np.array([(5, 9), (5, 2), (1, 2), (7, 7)], np.float32)
    points = Keypoints(xy, np.array([1, 1, 1, 3], np.float32), (10, 10))
    assert best_first(points).tolist() == [3, 2, 1, 0]


def test_a_crowd_does_not_take_all_places() -> None:
    rng = np.random.default_rng(0)
    crowd, rest = rng.uniform(0, 20, (300, 2)), rng.uniform(0, 100, (100, 2))
    xy = np.concatenate([crowd, rest])
    scores = np.concatenate([rng.uniform(5, 6, 300), rng.uniform(0, 1, 100)])
    kept = spread_out(xy, scores, (100, 100), 50)
    assert len(kept) == len(set(kept.tolist())) == 50
    assert (kept >= 300).sum() > 35
    assert scores.argmax() in kept
    assert (np.argsort(-scores)[:50] < 300).all()  # the strongest are all of the crowd


def test_each_cell_gives_its_best_before_any_gives_two() -> None:
    xy = np.array([(1, 1), (2, 2), (60, 1), (1, 60), (60, 60)], float)
    scores = np.array([9, 8, 1, 2, 3], float)
    assert spread_out(xy, scores, (100, 100), 4).tolist() == [0, 4, 3, 2]
    assert spread_out(xy, scores, (100, 100), 5).tolist() == [0, 4, 3, 2, 1]
    assert spread_out(xy[:0], scores[:0], (100, 100), 5).tolist() == []
