"""The eight ways to compare a window with a template, larger = more alike; all follow from one sum of products.

With w a window, t the template and w', t' the two without their means (of each channel by itself):

    sqdiff  - |w - t|^2        ccorr   w . t
    zsqdiff - |w' - t'|^2      ccoeff  w' . t'

Normed, each is divided by the lengths of the two vectors that it compares, and lies in [-1, 1]; differences stop at -1.
Where a length is 0 there is nothing to compare: correlation is 0; the difference is 0 if both are 0, else -1.
[Lewis, Fast normalized cross-correlation, 1995]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.match.correlation import Plane, Response, Values, in_threads
from lookalike.match.windows import Mask, Windows

Comparison: TypeAlias = Literal[
    "sqdiff", "sqdiff-normed", "ccorr", "ccorr-normed", "zsqdiff", "zsqdiff-normed", "ccoeff", "ccoeff-normed"
]
BAND = 16
"""Rows that are computed at a time: their arrays stay in the cache."""


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
        inside = np.ones(template.shape[:2], bool) if mask is None else mask
        values = template[inside].astype(np.int64)  # (n, c)
        sums, count = values.sum(axis=0), len(values)
        variance = count * np.square(values).sum() - np.square(sums).sum()  # of integers: 0 where it is flat
        centred = np.where(inside[:, :, None], template - sums / count, 0.0)
        return cls(centred, sums / count, float(variance) / count, float(np.square(values).sum()), count)


@dataclass(frozen=True, eq=False)
class Band:
    """Some rows of windows with their sums of products, and what they are compared with."""

    products: Values
    seen: Windows
    rows: slice
    pattern: Pattern

    @cached_property
    def variance(self) -> Values:
        """|w'|^2"""
        return self.seen.variance(self.rows)

    @property
    def energy(self) -> Values:
        """|w|^2"""
        return self.seen.squares[self.rows]

    @property
    def dot(self) -> Values:
        """w . t"""
        return np.asarray(self.products + self.seen.sums[self.rows] @ self.pattern.means)

    @property
    def corrected_difference(self) -> Values:
        """|w' - t'|^2"""
        return np.maximum(self.variance + self.pattern.variance - 2.0 * self.products, 0)

    @property
    def difference(self) -> Values:
        """|w - t|^2"""
        apart = self.seen.sums[self.rows] - self.pattern.count * self.pattern.means
        return np.asarray(self.corrected_difference + np.square(apart).sum(axis=2) / self.pattern.count)


def _correlation(products: Values, of_window: Values, of_pattern: float) -> Values:
    lengths = np.sqrt(of_window)
    lengths *= np.sqrt(of_pattern)
    np.copyto(lengths, np.inf, where=lengths == 0)
    np.divide(products, lengths, out=lengths)
    return np.clip(lengths, -1, 1, out=lengths)


def _difference(difference: Values, of_window: Values, of_pattern: float) -> Values:
    lengths = np.sqrt(of_window * of_pattern)
    nothing = np.where((of_window == 0) & (of_pattern == 0), 0.0, 1.0)
    return -np.minimum(np.divide(difference, lengths, out=nothing, where=lengths > 0), 1)


COMPARISONS: Mapping[Comparison, Callable[[Band], Values]] = MappingProxyType(
    {
        "sqdiff": lambda band: -band.difference,
        "sqdiff-normed": lambda band: _difference(band.difference, band.energy, band.pattern.energy),
        "ccorr": lambda band: band.dot,
        "ccorr-normed": lambda band: _correlation(band.dot, band.energy, band.pattern.energy),
        "zsqdiff": lambda band: -band.corrected_difference,
        "zsqdiff-normed": lambda band: _difference(band.corrected_difference, band.variance, band.pattern.variance),
        "ccoeff": lambda band: band.products,
        "ccoeff-normed": lambda band: _correlation(band.products, band.variance, band.pattern.variance),
    }
)


def compared(comparison: Comparison, products: Values, seen: Windows, pattern: Pattern, threads: int) -> Response:
    """(h', w') from the sums of products and of windows."""
    found = np.empty(seen.shape, np.float32)

    def fill(top: int) -> None:
        rows = slice(top, top + BAND)
        found[rows] = COMPARISONS[comparison](Band(products[rows], seen, rows, pattern))

    in_threads(fill, range(0, seen.shape[0], BAND), threads)
    return found
