"""Words of a question that say something, and those that an answer agrees with."""

from __future__ import annotations

import numpy as np

from lookalike.describe.question_words import MOST, agreement, telling_words


def test_small_words_are_left_out_and_others_told_once() -> None:
    assert telling_words("The dog and the dog's ball, with a X-ray of it!") == ["dog", "dog's", "ball", "X-ray"]


def test_a_question_of_small_words_alone_has_them_all() -> None:
    assert telling_words("what is it") == ["what", "is", "it"]


def test_a_long_question_costs_no_more_than_some_words() -> None:
    assert len(telling_words(" ".join(f"w{at}" for at in range(100)))) == MOST


def test_the_best_words_stand_first_and_weak_ones_not_at_all() -> None:
    scores = np.array([0.3, 0.1, 0.6, 0.3, 0.4], np.float32)
    assert agreement(["a", "b", "c", "d", "e"], scores, 0.25) == "agrees with c (0.60), e (0.40), a (0.30)"
    assert agreement(["b"], np.array([0.2], np.float32), 0.25) == "no word of the question stands out"
