from __future__ import annotations

import numpy as np
import pytest

from lookalike.search.ranking.fuse import FUSERS
from lookalike.types import Hits


def hits(**scores: float) -> Hits:
    ids = np.array([ord(name) for name in scores], np.int64)
    return Hits.ranked(ids, np.array(list(scores.values()), np.float32))


LISTS = {"x": hits(a=0.9, b=0.7, c=0.1), "y": hits(c=1.0, a=0.5)}
WEIGHTS = {"x": 3.0, "y": 1.0}


def test_weighted_scores_are_means_over_the_lists_that_hold_a_candidate() -> None:
    fused = FUSERS.make("weighted").fuse(LISTS, WEIGHTS, 10)
    expected = {"a": (3 * 0.9 + 0.5) / 4, "b": 0.7, "c": (3 * 0.1 + 1.0) / 4}
    assert {chr(id): score for id, score in zip(fused.ids, fused.scores, strict=True)} == pytest.approx(expected)
    assert [chr(id) for id in fused.ids] == ["a", "b", "c"]


def test_reciprocal_ranks_count_order_alone() -> None:
    fused = FUSERS.make("rrf").fuse(LISTS, WEIGHTS, 10)
    expected = {"a": 3 / 61 + 1 / 62, "b": 3 / 62, "c": 3 / 63 + 1 / 61}
    assert {chr(id): score for id, score in zip(fused.ids, fused.scores, strict=True)} == pytest.approx(expected)


@pytest.mark.parametrize("name", list(FUSERS))
def test_every_fuser_gives_at_most_k_in_order_and_ties_by_id(name: str) -> None:
    tied = {"x": hits(b=0.5, a=0.5)}
    fused = FUSERS.make(name).fuse({**tied, "y": hits(a=0.5, b=0.5)}, {"x": 1.0, "y": 1.0}, 1)
    assert [chr(id) for id in fused.ids] == ["a"]
    assert len(FUSERS.make(name).fuse({"x": hits()}, {"x": 1.0}, 5)) == 0


def test_a_list_of_negative_weight_is_taken_away() -> None:
    against = {"minus": hits(a=1.0, b=0.0, c=0.0)}
    for name, expected in (("weighted", {"a": 0.8 - 0.5, "b": 0.7}), ("rrf", {"a": 1 / 61 - 0.5 / 61})):
        lists = {"x": hits(a=0.8, b=0.7), **against}
        fused = FUSERS.make(name).fuse(lists, {"x": 1.0, "minus": -0.5}, 10)
        scores = {chr(id): score for id, score in zip(fused.ids, fused.scores, strict=True)}
        assert {each: scores[each] for each in expected} == pytest.approx(expected)
