"""One picture and two others, on all rungs."""

from __future__ import annotations

import numpy as np
from pictures import lit, part, photo, scaled, turned

import lookalike
from lookalike.describe import DESCRIBERS
from lookalike.describe.bars import named_back_to_back
from lookalike.describe.drawing import headed
from lookalike.types import Explanation


def copy_and_stranger() -> Explanation:
    """A part of a portrait, turned and dark, and a cup: how far each rung puts them from the whole portrait."""
    whole, stranger = photo("astronaut"), photo("coffee")
    copy = lit(scaled(part(turned(whole, 12), (110, 60, 280, 280)), 0.7), 0.6, 0.6)
    compared = [lookalike.compare(one.pixels, whole.pixels) for one in (copy, stranger)]
    shares = np.array([[_above(name, score) for name, score in one.channels.items()] for one in compared])
    order = np.argsort(shares[1] - shares[0], kind="stable")
    names = np.array(list(compared[0].channels))[order]
    bars = named_back_to_back(shares[0][order], shares[1][order], names.tolist())
    proved = [one.why.partition(";")[0] if one.evidence else "nothing is proved" for one in compared]
    line = f"To the left: {proved[0]}. To the right: {proved[1]}."
    return Explanation(line, headed(copy, stranger, bars))


def _above(name: str, score: float) -> float:
    """Of the way from unrelated pictures to equal ones, as far as it is above."""
    unrelated = DESCRIBERS.make(name).unrelated
    return max(0.0, (score - unrelated) / (1 - unrelated))


FIGURES = (copy_and_stranger,)
