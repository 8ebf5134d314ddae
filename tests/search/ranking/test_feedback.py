"""Liked answers draw the question to them; unliked ones push away what is more like them than like what is wanted."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.search.ranking.feedback import (
    AWAY,
    EACH,
    LEAST,
    LINEAR,
    Adjusted,
    Judged,
    adjusted,
    linear_model,
    with_judged,
)

NONE = np.empty(0, np.int64)


def rows(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def told(asked: np.ndarray, liked: list[np.ndarray], unliked: list[np.ndarray]) -> Adjusted:
    """Judged contents are of no interest as answers here: they stand at the first places."""
    likeness = np.array([*liked, *unliked], np.float32).reshape(-1, len(asked))
    places = np.arange(len(likeness))
    return adjusted(asked, likeness, places, places < len(liked))


def test_liked_pictures_add_and_the_question_still_counts() -> None:
    asked, liked = rows(0.5, 0.2, 0.0), [rows(0.1, 0.8, 0.0), rows(0.1, 0.6, 0.0)]
    found = told(asked, liked, [])
    assert found.scores == pytest.approx((asked + EACH * np.sum(liked, axis=0)) / (1 + 2 * EACH))
    assert found.scores == pytest.approx(found.scale * asked + found.brought)
    assert not found.taken.any()


def test_what_is_more_like_what_is_wanted_loses_nothing() -> None:
    asked, unliked = rows(0.5, 0.2, 0.0), [rows(0.4, 0.6, 0.0)]
    found = told(asked, [], unliked)
    assert found.taken == pytest.approx([0, AWAY * 0.4, 0])
    assert found.scores == pytest.approx(asked - found.taken)
    saved = told(asked, [rows(0.0, 0.7, 0.0)], unliked)
    assert saved.scores[1] > found.scores[1]
    assert saved.taken[1] == 0


def test_no_judgement_changes_nothing() -> None:
    asked = rows(0.5, 0.2, 0.0)
    assert told(asked, [], []).scores == pytest.approx(asked)


def likeness_of(vectors: np.ndarray) -> np.ndarray:
    return np.asarray(vectors @ vectors.T, np.float32)


def test_from_three_of_each_on_a_linear_model_tells_the_sides_apart() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 8))
    vectors[:30, 0] += 2
    vectors[30:, 0] -= 2
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness, places = likeness_of(vectors), np.array([1, 2, 3, 31, 32, 33])
    model = linear_model(likeness[0], likeness[places], places, places < 30)
    weights = np.linalg.lstsq(vectors, model.astype(np.float64), rcond=None)[0]
    assert vectors @ weights == pytest.approx(model, abs=1e-4)  # it is linear in the rows
    assert model[:30].mean() > 0.2
    assert model[30:].mean() < -0.2
    few, many = (adjusted(likeness[0], likeness[some], some, some < 30) for some in (places[1:], places))
    assert few.scale == pytest.approx(1 / (1 + 2 * EACH))
    assert many.scale == pytest.approx(1 / (1 + LEAST * EACH) / (1 + LINEAR))
    assert many.scores == pytest.approx(many.scale * likeness[0] + many.brought - many.taken, abs=1e-6)


def test_unliked_contents_are_no_answers_and_a_filter_holds_for_liked_ones() -> None:
    judged = Judged(np.array([1, 2]), np.array([3]), ())
    assert judged.may_answer(np.arange(5), None).tolist() == [True, True, True, False, True]
    assert judged.may_answer(np.arange(5), np.array([2, 3, 4])).tolist() == [False, False, True, False, True]
    assert not Judged(NONE, NONE, ())


def test_parts_of_the_question_count_less_beside_what_is_liked() -> None:
    found = Adjusted(rows(0.4), 0.5, rows(0.2), rows(0.1))
    both = Judged(np.array([1]), np.array([2]), ())
    assert with_judged({"a.jpg": 0.6}, found, 0, both) == {"a.jpg": 0.3, "liked": 0.2, "- unliked": -0.1}


def test_only_what_was_judged_is_a_part_of_the_score() -> None:
    found = Adjusted(rows(0.4), 0.5, rows(0.2), rows(0.1))
    one, none = np.array([1]), NONE
    assert with_judged({"a.jpg": 0.6}, found, 0, Judged(one, none, ())).keys() == {"a.jpg", "liked"}
    assert with_judged({"a.jpg": 0.6}, found, 0, Judged(none, one, ())).keys() == {"a.jpg", "- unliked"}
