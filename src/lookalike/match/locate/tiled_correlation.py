"""Sums of products of a template and windows, in single precision where that is enough, else in double.

Single precision loses windows of little contrast beside much: their share of its error is that of the whole square.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from lookalike.match.locate.comparisons import Pattern
from lookalike.match.locate.correlation import Kernel, Plane, Response, Scratch
from lookalike.match.locate.integral_images import FLAT, Running, Windows

CELL = 64
"""px of a side, at least, of what is computed again in double precision."""
TOGETHER = 200_000
"""Windows whose steps follow each other while they are in the cache."""


@dataclass(frozen=True, eq=False)
class Products:
    """Products of one template and the windows of parts of an image, by one thread."""

    kernel: Kernel
    fine: Kernel
    """Kernel for small squares."""
    variance: float
    """Variance of the template; 0 where no score is divided by it."""
    tolerance: float
    """Largest error of a score that single precision may bring."""
    _single: Scratch
    _double: list[Scratch] = field(default_factory=list)

    @classmethod
    def of(cls, pattern: Pattern, kernel: Kernel, normed: bool, tolerance: float) -> Products:
        """`normed`: whether the products are divided by the contrast of their window."""
        square = tuple(
            min(cv2.getOptimalDFTSize(least + of_template - 1), side)
            for least, of_template, side in zip((CELL // 2, CELL), kernel.values.shape, kernel.square, strict=False)
        )
        fine = Kernel(kernel.values, (square[0], square[1]))
        return cls(kernel, fine, pattern.variance if normed else 0.0, tolerance, kernel.scratch(np.float32))

    def strips(self, part: Plane, seen: Windows | Running) -> Iterator[tuple[slice, Response, Windows]]:
        """Rows of the response of a part that the kernel takes, their products and windows; valid until the next.

        Few rows at a time, since what is done to them one after the other then stays in the cache.
        """
        products, error = self.kernel.quick_products(part, self._single)
        height, width = products.shape
        for rows in _strips(height, TOGETHER // width, self.fine.step[0]):
            of_rows = seen.strip(rows)
            if self.variance:
                self._mend(products[rows], self.kernel.part(part, (rows, slice(0, width))), of_rows, error)
            yield rows, products[rows], of_rows

    def _mend(self, products: Response, part: Plane, seen: Windows, error: float) -> None:
        """Again where single precision is too rough."""
        least = float(np.square(error / self.tolerance) / self.variance)
        if seen.variance.min() >= least:
            return
        faint = cv2.inRange(seen.variance, FLAT, least)
        if cv2.countNonZero(faint):
            for place in self.fine.places(part.shape):
                if faint[place].any():
                    products[place] = self.fine.products(self.fine.part(part, place), self._scratch())

    def _scratch(self) -> Scratch:
        if not self._double:
            self._double.append(self.fine.scratch(np.float64))
        return self._double[0]


def _strips(height: int, about: int, step: int) -> Iterator[slice]:
    """Strips of so many rows each, in whole steps."""
    each = max(1, about // step) * step
    return (slice(top, min(top + each, height)) for top in range(0, height, each))
