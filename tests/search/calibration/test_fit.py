"""Planted odds: what a score is worth is found again, on whichever form it has."""

import numpy as np
import pytest

from lookalike.errors import BadQuery
from lookalike.evaluate.metrics.calibration import expected_calibration_error
from lookalike.search.calibration.fit import Judged, fit
from lookalike.search.calibration.model import Calibration


def made(odds, questions=1500, hits=8, seed=0, empty_share=3):
    """Hits with scores drawn evenly, right with probability `odds(score)`; every third question has no answer."""
    chance = np.random.default_rng(seed)
    scores = chance.random(questions * hits)
    unanswered = np.arange(questions) % empty_share == 0 if empty_share else np.zeros(questions, bool)
    empty = np.repeat(unanswered, hits)
    right = (chance.random(len(scores)) < odds(scores)) & ~empty
    unit = np.repeat(np.arange(questions) // 5, hits)
    return Judged(scores, right, unit, empty, questions, int(right.sum()) + 100, int(unanswered.sum()))


def smooth(scores):
    return 1 / (1 + np.exp(-12 * (scores - 0.6)))


def steps(scores):
    return np.where(scores < 0.4, 0.02, np.where(scores < 0.7, 0.5, 0.97))


def fitted(judged, seed=0):
    return fit(judged, "copy", 100, np.random.default_rng(seed))


@pytest.mark.parametrize(("odds", "form"), [(smooth, "logistic"), (steps, "isotonic")])
def test_planted_odds_are_found_and_the_form_that_predicts_better_is_taken(odds, form):
    found = fitted(made(odds, empty_share=0))
    assert found.calibration.form == form
    assert found.calibration.tail is None
    scores = np.array([0.1, 0.3, 0.5, 0.65, 0.8, 0.95])
    np.testing.assert_allclose(found.calibration.probability(scores), odds(scores), atol=0.06)
    assert expected_calibration_error(found.stated, found.right) < 0.03


def test_a_probability_never_falls_with_the_score_and_is_never_certain():
    found = fitted(made(lambda scores: (scores > 0.5).astype(float))).calibration
    stated = found.probability(np.linspace(0, 1, 500))
    assert (np.diff(stated) >= 0).all()
    assert 0 < stated.min() < stated.max() < 1


@pytest.mark.parametrize("precision", [0.3, 0.5, 0.6])
def test_a_threshold_keeps_the_precision_on_questions_of_another_draw(precision):
    found = fitted(made(smooth)).calibration
    threshold = found.threshold(precision)
    assert threshold is not None
    other = made(smooth, seed=9)
    assert other.right[other.scores >= threshold].mean() == pytest.approx(precision, abs=0.04)
    taken = other.right & (other.scores >= threshold)
    assert found.recall(precision) == pytest.approx(taken.sum() / other.answers, abs=0.04)


def test_a_precision_that_nothing_reaches_has_no_threshold():
    found = fitted(made(steps)).calibration
    assert found.threshold(0.99) is None
    assert found.recall(0.99) == 0


def test_the_tail_of_strangers_falls_as_they_do():
    judged = made(smooth)
    found = fitted(judged).calibration
    start, rate, _ = found.tail
    strangers = judged.scores[judged.unanswered]
    assert rate == pytest.approx((strangers > start).sum() / judged.empty)
    assert found.strangers(start) == pytest.approx(rate)
    assert found.strangers(0.999) < 0.5 * rate
    assert found.strangers(start - 0.1) is None


def test_too_few_cases_are_refused():
    judged = made(lambda scores: 0 * scores)
    with pytest.raises(BadQuery, match="0 right and 12000 wrong hits are too few"):
        fitted(judged)


def test_a_calibration_is_kept_as_text_without_loss():
    found = fitted(made(smooth)).calibration
    assert Calibration.of_json(found.to_json()) == found


def test_a_library_that_has_grown_much_is_not_the_one_it_was_made_on():
    found = fitted(made(smooth)).calibration
    assert found.holds_for(200)
    assert not found.holds_for(201)
