"""A template and an image halved again and again, and how well a small window must look for a large one to match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from lookalike.match.locate.comparisons import Pattern
from lookalike.match.locate.correlation import Plane, Values
from lookalike.match.locate.integral_images import Mask
from lookalike.match.locate.planes import halved, planes
from lookalike.types import Picture

COARSE = 16
"""px that the shorter side of the smallest template has at least."""
DETAIL = 0.1
"""Share of a template's variance that must be left in a smaller one, for that to stand for it."""
ENOUGH = 2**18
"""px of an image that is not worth halving."""
FAIRNESS = 0.25
"""Share of what detail could at worst take from a correlation that counts (chosen on the hard set; 1 is certain)."""


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
    mask: Mask | None = None
    """(th, tw) pixels that show nothing but what counts; None: all."""
    whole_mask: Mask | None = None

    @cached_property
    def aligned(self) -> float:
        """Correlation of the template with itself where it lies between the pixels of this level."""
        return _aligned(self)

    @cached_property
    def pattern(self) -> Pattern:
        """Pattern of the template."""
        return Pattern.of(self.template, self.mask)

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


def levels(template: Picture, image: Picture, colour: bool, mask: Mask | None = None) -> list[Level]:
    """From full size down, as far as the template keeps its looks and the image is large."""
    return list(_levels(template, image, colour, mask))


def _levels(template: Picture, image: Picture, colour: bool, mask: Mask | None) -> Iterator[Level]:
    whole = small = planes(template, colour)
    inside, contrast, number, kept = mask, _contrast(whole, mask), 0, 1.0
    while kept >= DETAIL:
        seen = planes(image, colour, number)
        yield Level(number, small, seen, kept, whole, inside, mask)
        if min(small.shape[:2]) < 2 * COARSE or seen.shape[0] * seen.shape[1] <= ENOUGH or contrast == 0:
            return
        small, inside, number = halved(small), _inner(inside), number + 1
        if inside is not None and inside.sum() < COARSE**2:
            return
        # What a smaller picture shows of a template is a part of it, as the shadow of an arrow is.
        kept = min(4**number * _contrast(small, inside) / contrast, 1.0)


def _inner(mask: Mask | None) -> Mask | None:
    """Where two by two of it count."""
    if mask is None:
        return None
    height, width = mask.shape[0] // 2, mask.shape[1] // 2
    return np.asarray(mask[: 2 * height, : 2 * width].reshape(height, 2, width, 2).all(axis=(1, 3)))


def _contrast(plane: Plane, mask: Mask | None) -> float:
    """Sum of squares about the mean of each channel."""
    counted = None if mask is None else mask.astype(np.uint8)
    count = plane.shape[0] * plane.shape[1] if mask is None else int(mask.sum())
    return count * float(np.square(cv2.meanStdDev(plane, mask=counted)[1]).sum())


def _aligned(level: Level) -> float:
    """Correlation of the part of the template that is seen with that seen from half a px further down and right."""
    if level.number == 0:
        return 1.0
    half = 2 ** (level.number - 1)
    between = level.whole[half:, half:]
    inside = None if level.whole_mask is None else level.whole_mask[half:, half:]
    for _ in range(level.number):
        between, inside = halved(between), _inner(inside)
    height, width = between.shape[:2]
    here = level.template[:height, :width]
    both = (
        np.ones((height, width), bool) if inside is None or level.mask is None else inside & level.mask[:height, :width]
    )
    if not both.any():
        return 0.0
    a, b = (_centred(part[both]) for part in (here, between))
    lengths = float(np.sqrt((a * a).sum() * (b * b).sum()))  # not by BLAS, whose threads take longer to wake
    return float(np.clip((a * b).sum() / lengths, 0, 1)) if lengths else 0.0


def _centred(values: Plane) -> Values:
    """(n, c)"""
    return np.asarray(values - values.mean(axis=0))
