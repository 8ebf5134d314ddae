"""A template and an image halved again and again, and how well a small window must look for a large one to match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from lookalike.match.comparisons import Pattern
from lookalike.match.correlation import Plane, Values
from lookalike.match.planes import halved, planes
from lookalike.types import Picture

COARSE = 16
"""px that the shorter side of the smallest template has at least."""
DETAIL = 0.1
"""Share of a template's variance that must be left in a smaller one, for that to stand for it."""
ENOUGH = 2**18
"""px of an image that is not worth halving."""
FAIRNESS = 0.25
"""Of what detail could at worst take from a correlation, what it takes (chosen on the hard set; 1 would be certain)."""


@dataclass(frozen=True, eq=False)
class Level:
    """Template and image at 1/2^number of their size."""

    number: int
    template: Plane
    image: Plane
    kept: float
    """Share of the template's variance that is left."""
    whole: Plane
    """The template at full size."""

    @cached_property
    def aligned(self) -> float:
        """Correlation of the template with itself where it lies between the pixels of this level."""
        return _aligned(self.whole, self.template, self.number)

    @cached_property
    def pattern(self) -> Pattern:
        """What is known of the template."""
        return Pattern.of(self.template)

    def least(self, score: float) -> float:
        """Correlation below which no window of this level becomes one of `score` at full size; -1 if any may.

        A window at angle a from the template, of which a share `kept` lies in the plane of what this level shows, is
        seen there at an angle b with sin b <= sin a / sqrt(kept): if all that differs lies in that plane.
        """
        sine = np.sqrt(max(1 - score**2, 0))
        if score <= 0 or sine >= np.sqrt(self.kept):
            return -1.0
        angle, worst = np.arcsin(sine), np.arcsin(sine / np.sqrt(self.kept))
        return float(np.cos(min(angle + FAIRNESS * (worst - angle) + np.arccos(self.aligned), np.pi)))


def levels(template: Picture, image: Picture, colour: bool) -> list[Level]:
    """From full size down, as far as the template keeps its looks and the image is large."""
    return list(_levels(template, image, colour))


def _levels(template: Picture, image: Picture, colour: bool) -> Iterator[Level]:
    whole = small = planes(template, colour)
    contrast, number, kept = _contrast(whole), 0, 1.0
    while kept >= DETAIL:
        seen = planes(image, colour, number)
        yield Level(number, small, seen, kept, whole)
        if min(small.shape[:2]) < 2 * COARSE or seen.shape[0] * seen.shape[1] <= ENOUGH or contrast == 0:
            return
        small, number = halved(small), number + 1
        kept = min(_contrast(small) / contrast, 1.0)


def _contrast(plane: Plane) -> float:
    """Variance about the mean of each channel."""
    return float(np.square(cv2.meanStdDev(plane)[1]).sum())


def _aligned(whole: Plane, small: Plane, number: int) -> float:
    """Of what is seen of the template with what is seen of it from half a px further down and right."""
    if number == 0:
        return 1.0
    half = 2 ** (number - 1)
    between = whole[half:, half:]
    for _ in range(number):
        between = halved(between)
    a, b = (_centred(part) for part in (small[: between.shape[0], : between.shape[1]], between))
    lengths = float(np.sqrt((a * a).sum() * (b * b).sum()))  # not by BLAS, whose threads take longer to wake
    return float(np.clip((a * b).sum() / lengths, 0, 1)) if lengths else 0.0


def _centred(plane: Plane) -> Values:
    return np.asarray(plane - plane.mean(axis=(0, 1)))
