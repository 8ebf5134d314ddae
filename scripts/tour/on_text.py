"""What do words find? A question taken apart, word by word, on photos."""

from __future__ import annotations

from typing import Final

import numpy as np
from pictures import photo

from lookalike.describe.class_words import ClassWords
from lookalike.describe.drawing import captioned, centred, side_by_side, stacked_up, tile
from lookalike.describe.question_words import telling_words
from lookalike.search.show.charts import marked_bars
from lookalike.types import Explanation, Pixels

PHOTOS: Final = ("coffee", "chelsea", "rocket", "astronaut", "coins", "grass")
HEAD: Final = 200
"""px of a photo."""
SHOWN: Final = 3
"""Answers that are drawn."""


def question_taken_apart() -> Explanation:
    """Several words that different photos agree with."""
    return _answers("a cup of coffee beside a sleeping cat")


def question_of_what_is_not_there() -> Explanation:
    """Words for what no photo shows."""
    return _answers("a red bicycle in the rain")


def _answers(question: str) -> Explanation:
    """The best answers, each with how far every word of the question agrees with it."""
    describer, words = ClassWords(), telling_words(question)
    rows = np.concatenate([describer.describe([photo(name)]) for name in PHOTOS])
    scores = rows @ describer.describe_text([question])[0]
    best = np.argsort(-scores, kind="stable")[:SHOWN].tolist()
    of_words = rows[best] @ describer.describe_text(words).T  # (SHOWN, words)
    drawn = [_answer(PHOTOS[at], scores[at], words, own) for at, own in zip(best, of_words, strict=True)]
    told = describer.explain_text(question, rows[best[:1]])[0]
    return Explanation(f"{question!r} finds {PHOTOS[best[0]]} ({scores[best[0]]:.2f}): {told}.", stacked_up(drawn))


def _answer(name: str, score: float, words: list[str], own: np.ndarray) -> Pixels:
    pixels = photo(name)
    head = captioned(tile(pixels.pixels, pixels.size, HEAD), f"{name}: {score:.2f}")
    chart = marked_bars(
        np.append(np.maximum(own, 0), 1.0), [*words, "the same"], [*(f"{each:.2f}" for each in own), ""]
    )
    return side_by_side([centred(head, (HEAD + 20, head.shape[0])), chart])


FIGURES = (question_taken_apart, question_of_what_is_not_there)
