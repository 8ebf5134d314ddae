"""Sums of products of a template and windows, in single precision where that is enough, else in double.

Single precision loses windows of little contrast beside much: their share of its error is that of the whole square.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.comparisons import Pattern
from lookalike.match.correlation import Kernel, Place, Plane, Response, Scratch
from lookalike.match.windows import FLAT, Windows

CELL = 64
"""px of a side, at least, of what is computed again in double precision."""


@dataclass(frozen=True, eq=False)
class Products:
    """Of one template and the windows of parts of an image, by one thread."""

    kernel: Kernel
    fine: Kernel
    """The same for small squares."""
    variance: float
    """Of the template; 0 where no score is divided by it."""
    tolerance: float
    """Largest error of a score that single precision may bring."""
    _single: Scratch
    _double: list[Scratch] = field(default_factory=list)

    @classmethod
    def of(cls, pattern: Pattern, kernel: Kernel, normed: bool, tolerance: float) -> Products:
        """`normed`: whether the products are divided by the contrast of their window."""
        height, width = kernel.values.shape[:2]
        square = tuple(
            min(cv2.getOptimalDFTSize(max(CELL, of_template) + of_template - 1), side)
            for of_template, side in zip((height, width), kernel.square, strict=True)
        )
        fine = Kernel(kernel.values, (square[0], square[1]))
        return cls(kernel, fine, pattern.variance if normed else 0.0, tolerance, kernel.scratch(np.float32))

    def with_windows(self, part: Plane, seen: Windows) -> Response:
        """(h', w') of a part that the kernel takes; valid until the next call."""
        products, error = self.kernel.quick_products(part, self._single)
        if self.variance == 0:
            return products
        least = np.square(error / self.tolerance) / self.variance
        faint = cv2.inRange(seen.variance, FLAT, float(least))
        if cv2.countNonZero(faint):
            for place in self._faint_places(faint, part.shape):
                products[place] = self.fine.products(self.fine.part(part, place), self._scratch())
        return products

    def _faint_places(self, faint: NDArray[np.uint8], shape: tuple[int, ...]) -> Iterator[Place]:
        return (place for place in self.fine.places(shape) if faint[place].any())

    def _scratch(self) -> Scratch:
        if not self._double:
            self._double.append(self.fine.scratch(np.float64))
        return self._double[0]
