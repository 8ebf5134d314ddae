"""What is a picture made of, if places are words?"""

from __future__ import annotations

from functools import cache

import numpy as np
from pictures import CREDITS, lit, part, photo, scaled, turned

from lookalike.describe.aggregated import Aggregated
from lookalike.describe.bow import BagOfWords
from lookalike.describe.fisher import FisherVector
from lookalike.describe.vlad import ResidualSums
from lookalike.types import Explanation, Picture


def words_of_a_part() -> Explanation:
    """A portrait, and a part of it that was turned, made smaller and darker."""
    return _explained(BagOfWords(), photo("astronaut"), _part())


def words_of_strangers() -> Explanation:
    return _explained(BagOfWords(), photo("astronaut"), photo("coffee"))


def residuals_of_a_part() -> Explanation:
    return _explained(ResidualSums(components=32), photo("astronaut"), _part())


def gradients_of_a_part() -> Explanation:
    return _explained(FisherVector(components=16), photo("astronaut"), _part())


def _part() -> Picture:
    return lit(scaled(part(turned(photo("astronaut"), 12), (110, 60, 280, 280)), 0.9), 0.5, 0.8)


def _explained(describer: Aggregated, a: Picture, b: Picture) -> Explanation:
    return _learned(describer).explain(a, b)


@cache
def _learned(describer: Aggregated) -> Aggregated:
    """From quarters of all photos."""
    quarters = [quarter for name in CREDITS for quarter in _quarters(photo(name))]
    return describer.fit(np.concatenate([describer.seen.describe([one]) for one in quarters]))


def _quarters(whole: Picture) -> list[Picture]:
    width, height = whole.size[0] // 2, whole.size[1] // 2
    return [part(whole, (x, y, width, height)) for y in (0, height) for x in (0, width)]


FIGURES = (words_of_a_part, words_of_strangers, residuals_of_a_part, gradients_of_a_part)
