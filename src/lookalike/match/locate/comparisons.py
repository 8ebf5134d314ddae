"""The eight ways to compare a window with a template, larger = more alike; all follow from one sum of products.

With w a window, t the template and w', t' the two without their means (of each channel by itself):

    sqdiff  - |w - t|^2        ccorr   w . t
    zsqdiff - |w' - t'|^2      ccoeff  w' . t'

Normed, each is divided by the lengths of the two vectors that it compares, and lies in [-1, 1]; differences stop at -1.
Where a length is 0 there is nothing to compare: correlation is 0; the difference is 0 if both are 0, else -1.
[Lewis, Fast normalized cross-correlation, 1995]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.match.locate.correlation import Plane, Response, Values
from lookalike.match.locate.integral_images import Mask, Windows

Comparison: TypeAlias = Literal[
    "sqdiff", "sqdiff-normed", "ccorr", "ccorr-normed", "zsqdiff", "zsqdiff-normed", "ccoeff", "ccoeff-normed"
]


@dataclass(frozen=True, eq=False)
class Pattern:
    """A template, (th, tw, c): its values without their mean, 0 outside the mask, and what was taken away."""

    centred: NDArray[np.float64]
    means: NDArray[np.float64]
    variance: float
    energy: float
    count: int

    @classmethod
    def of(cls, template: Plane, mask: Mask | None = None) -> Pattern:
        """`variance` is the sum of squares without the mean, `energy` that with it."""
        values = (template.reshape(-1, template.shape[2]) if mask is None else template[mask]).astype(
            np.int64
        )  # (n, c)
        sums, count = values.sum(axis=0), len(values)
        energy = int(np.square(values).sum())
        variance = count * energy - int(np.square(sums).sum())  # of integers: 0 where it is flat
        centred = template - sums / count
        if mask is not None:
            centred[~mask] = 0
        return cls(centred, sums / count, variance / count, float(energy), count)


@dataclass(frozen=True, eq=False)
class Compared:
    """Sums of products (h', w') of some windows with a pattern, and what else is known of both."""

    products: Values | Response
    seen: Windows
    pattern: Pattern

    @property
    def variance(self) -> Values:
        """|w'|^2"""
        return self.seen.variance

    @property
    def energy(self) -> Values:
        """|w|^2"""
        return self.seen.squares

    @property
    def dot(self) -> Values:
        """w . t"""
        return np.asarray(self.products + self.seen.sums @ self.pattern.means)

    @property
    def corrected_difference(self) -> Values:
        """|w' - t'|^2"""
        return np.maximum(self.variance + self.pattern.variance - 2.0 * self.products, 0)

    @property
    def difference(self) -> Values:
        """|w - t|^2"""
        apart = self.seen.sums - self.pattern.count * self.pattern.means
        return np.asarray(self.corrected_difference + np.square(apart).sum(axis=2) / self.pattern.count)


def _correlation(products: Values | Response, of_window: Values, of_pattern: float) -> Response:
    lengths = of_window.astype(np.float32)
    np.sqrt(lengths, out=lengths)
    lengths *= np.float32(np.sqrt(of_pattern))
    if lengths.min() == 0:
        lengths[lengths == 0] = np.inf
    found = np.divide(products, lengths, out=lengths, casting="same_kind")
    return np.clip(found, -1, 1, out=found)


def _difference(difference: Values, of_window: Values, of_pattern: float) -> Values:
    lengths = np.sqrt(of_window * of_pattern)
    nothing = np.where((of_window == 0) & (of_pattern == 0), 0.0, 1.0)
    return -np.minimum(np.divide(difference, lengths, out=nothing, where=lengths > 0), 1)


COMPARISONS: Mapping[Comparison, Callable[[Compared], Values | Response]] = MappingProxyType(
    {
        "sqdiff": lambda two: -two.difference,
        "sqdiff-normed": lambda two: _difference(two.difference, two.energy, two.pattern.energy),
        "ccorr": lambda two: two.dot,
        "ccorr-normed": lambda two: _correlation(two.dot, two.energy, two.pattern.energy),
        "zsqdiff": lambda two: -two.corrected_difference,
        "zsqdiff-normed": lambda two: _difference(two.corrected_difference, two.variance, two.pattern.variance),
        "ccoeff": lambda two: two.products,
        "ccoeff-normed": lambda two: _correlation(two.products, two.variance, two.pattern.variance),
    }
)


def of_window(comparison: Comparison, template: Plane, window: Plane, mask: Mask | None = None) -> float | None:
    """Score of the one window (th, tw, c) by a difference, without rounding; None of a correlation.

    Errors of a whole search are small beside the largest difference, and so not beside none.
    """
    if "sqdiff" not in comparison:
        return None
    everywhere = np.ones(template.shape[:2], bool) if mask is None else mask
    t, w = (plane[everywhere].astype(np.int64) for plane in (template, window))  # (n, c)
    corrected = comparison.startswith("z")
    difference = _spread(w - t, corrected)
    if not comparison.endswith("-normed"):
        return 0.0 - difference
    lengths = math.sqrt(_spread(w, corrected) * _spread(t, corrected))
    if lengths > 0:
        return 0.0 - min(difference / lengths, 1.0)
    return 0.0 if difference == 0 else -1.0


def _spread(values: NDArray[np.int64], corrected: bool) -> float:
    """Sum of squares of (n, c), where `corrected` about the mean of each channel."""
    squares = int(np.square(values).sum())
    if not corrected:
        return float(squares)
    return (len(values) * squares - int(np.square(values.sum(axis=0)).sum())) / len(values)
