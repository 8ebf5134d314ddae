"""A template looked for in many small planes at once: how well it fits somewhere, as far as so few cells tell.

[Lewis, Fast normalized cross-correlation, Vision Interface 1995]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.search.ingest.grey_planes import Plane, SmallPlane
from lookalike.types import Ids, Size

Values: TypeAlias = NDArray[np.floating]
Stack: TypeAlias = NDArray[np.float32]
"""(n, h, w)"""
Pair: TypeAlias = tuple[float, float]
"""Across, down."""

FEW: Final = 5.5
"""Cells that a template has at least, each way, in a plane that is halved for it."""
FEWEST: Final = 4.0
"""Cells below which a template is not looked for."""
HALVINGS: Final = 3
"""More would leave a part of a cell of a plane."""
COVERED: Final = 0.95
"""Share of a cell that must be in the mask for it to count: else there is too much of the background in it."""
DETAIL: Final = 0.1
"""Share of a template's variance that must be left in its cells, for a plane to be halved."""
PHASES: Final = 2
"""Ways, across and down, in which a template may lie on the cells, evenly spread."""
FLAT: Final = 2.0
"""Grey levels: a window of less contrast counts as if it had so much, lest rounding looks like the template."""


@dataclass(frozen=True)
class Glimpse:
    """How well a template fits somewhere into the picture of a content, in [-1, 1], and how large it is there."""

    id: int
    score: float
    scale: float


@dataclass(frozen=True, eq=False)
class Cells:
    """(h, w) means of a template over cells; `weights` are 1 for those that count and 0 else, None where all do."""

    means: Values
    weights: Values | None

    @property
    def count(self) -> float:
        """How many do."""
        return float(self.means.size if self.weights is None else self.weights.sum())

    @property
    def centred(self) -> Values:
        """Without the mean."""
        return self.means - np.average(self.means, weights=self.weights)

    @property
    def spread(self) -> float:
        """Standard deviation."""
        return float(np.sqrt(np.average(np.square(self.centred), weights=self.weights)))

    @property
    def pattern(self) -> NDArray[np.float32]:
        """Whose products with a window, by the spread of that, are correlations; zeros where all are the same."""
        centred, length = self.centred, self.spread * np.sqrt(self.count)
        weighted = centred if self.weights is None else centred * self.weights
        return np.asarray(weighted / length if length > 1e-6 else np.zeros_like(centred), np.float32)


@dataclass(frozen=True, eq=False)
class Patterns:
    """Patterns of a template in pictures of one size, in planes halved so often: cells of one shape."""

    halvings: int
    scale: float
    all: tuple[Cells, ...]


@dataclass(frozen=True, eq=False)
class Prefilter:
    """Looks for one template, (h, w) grey, at each of `scales`; for that of it alone which is in `mask`, (h, w)."""

    template: Plane
    maker: SmallPlane
    scales: Sequence[float] = (1.0,)
    mask: NDArray[np.bool_] | None = None
    halvings: int = HALVINGS
    """Halvings of planes, at most: the more, the quicker, and the more looks alike."""
    _known: dict[Size, tuple[Patterns, ...]] = field(default_factory=dict, repr=False)

    def glimpses(self, ids: Ids, planes: Plane, sizes: Mapping[int, Size]) -> list[Glimpse]:
        """The best of each picture of `sizes` in which the template can be seen; (n, cells) `planes` of `ids`.

        It cannot be where it has less than `FEWEST` cells, or is larger than the picture.
        """
        of_size: dict[Size, list[int]] = {}
        for row, id in enumerate(ids.tolist()):
            if id in sizes:
                of_size.setdefault(sizes[id], []).append(row)
        found: list[Glimpse] = []
        for size, rows in of_size.items():
            width, height = self.maker.cells(size)
            found += self._of_one_size(ids[rows], planes[rows].reshape(-1, height, width), size)
        return found

    def _of_one_size(self, ids: Ids, planes: Plane, size: Size) -> Iterator[Glimpse]:
        all_patterns = self.patterns(size)
        if all_patterns:
            scores = np.array([_best(planes, patterns) for patterns in all_patterns])  # (scales, n)
            for id, row, score in zip(ids.tolist(), scores.argmax(axis=0), scores.max(axis=0), strict=True):
                yield Glimpse(id, float(score), all_patterns[row].scale)

    def patterns(self, size: Size) -> tuple[Patterns, ...]:
        """For each scale at which the template fits into a picture of `size` px and has cells enough there."""
        if size not in self._known:
            found = (self._at_scale(size, scale) for scale in self.scales)
            self._known[size] = tuple(patterns for patterns in found if patterns is not None)
        return self._known[size]

    def _at_scale(self, size: Size, scale: float) -> Patterns | None:
        height, width = self.template.shape
        cells = self.maker.cells(size)
        cell = (size[0] / cells[0] / scale, size[1] / cells[1] / scale)  # px of the template
        counts = (width / cell[0], height / cell[1])
        if min(counts) < FEWEST or width * scale > size[0] or height * scale > size[1]:
            return None
        halvings = max(0, min(self.halvings, int(np.log2(min(counts) / FEW))))
        cut = list(self._cut(cell, 2**halvings))
        while halvings > 0 and not self._tells(cut):
            halvings -= 1
            cut = list(self._cut(cell, 2**halvings))
        return Patterns(halvings, scale, tuple(cut)) if min(each.count for each in cut) >= FEWEST**2 else None

    def _tells(self, cut: Sequence[Cells]) -> bool:
        """Whether enough of the template's detail is left in them, and they are enough."""
        seen = self.template if self.mask is None else self.template[self.mask]
        return cut[0].count >= FEW**2 and cut[0].spread >= float(np.sqrt(DETAIL) * seen.std())

    def _cut(self, cell: Pair, times: int) -> Iterator[Cells]:
        """The template's cells, so many `times` as long as `cell` px, for each way to lie on them; all of one shape."""
        width, height = (side * times for side in cell)
        across, down = (
            int(length / side - (PHASES - 1) / PHASES + 1e-6)
            for length, side in zip(self.template.shape[::-1], (width, height), strict=True)
        )
        for x, y in product(np.arange(PHASES) / PHASES, repeat=2):
            rows, columns = height * (y + np.arange(down + 1)), width * (x + np.arange(across + 1))
            yield self._cells(rows, columns, width * height)

    def _cells(self, rows: Values, columns: Values, area: float) -> Cells:
        """Between these edges."""
        if self.mask is None:
            return Cells(_sums(self.template, rows, columns) / area, None)
        counted = _sums(self.mask, rows, columns)
        means = _sums(self.template * self.mask, rows, columns) / np.maximum(counted, 1e-9)
        return Cells(means, (counted / area >= COVERED).astype(np.float64))


def _sums(values: NDArray[np.generic], rows: Values, columns: Values) -> Values:
    """(h, w) sums of `values` between these edges."""
    return _summed(_summed(values, rows).T, columns).T


def _summed(values: NDArray[np.generic], edges: Values) -> Values:
    """(k, ...) sum of the rows between each two of k + 1 edges; a row on an edge counts by its parts."""
    table = np.zeros((len(values) + 1, values.shape[1]))
    np.cumsum(values, axis=0, out=table[1:])
    row = np.minimum(edges.astype(np.int64), len(values) - 1)
    part = (edges - row)[:, None]
    return np.asarray(np.diff(table[row] * (1 - part) + table[row + 1] * part, axis=0))


def _best(planes: Plane, patterns: Patterns) -> NDArray[np.float32]:
    """(n,) the highest correlation of a window of each of (n, h, w) with any of the patterns."""
    stack = _halved(planes, patterns.halvings)
    n, height, width = stack.shape
    stacked = stack.reshape(n * height, width)
    h, w = patterns.all[0].means.shape
    by_length = _by_length(stacked, (w, h)) if patterns.all[0].weights is None else None
    best = np.full(n, -1, np.float32)
    for cells in patterns.all:
        if cells.weights is not None:
            by_length = _by_weighted_length(stacked, cells.weights)
        products = _products(stacked, cells.pattern)
        scores = cv2.multiply(products, by_length, dst=products).reshape(n, height, width)
        np.maximum(best, scores[:, : height - h + 1, : width - w + 1].max(axis=(1, 2)), out=best)
    return best


def _halved(planes: Plane, halvings: int) -> Stack:
    """As floats about 0. The pictures lie one below the other; halving keeps them apart."""
    n, height, width = planes.shape
    size = (width >> halvings, (n * height) >> halvings)
    stacked = planes.reshape(n * height, width)
    if halvings > 0:
        stacked = np.asarray(cv2.resize(stacked, size, interpolation=cv2.INTER_AREA))
    return (stacked.astype(np.float32) - 128).reshape(n, size[1] // n, size[0])


def _by_length(stacked: NDArray[np.float32], size: Size) -> NDArray[np.float32]:
    """One by that of every window of `size` (w, h), without its mean."""
    means, squares = (
        box(stacked, cv2.CV_32F, size, anchor=(0, 0), normalize=True, borderType=cv2.BORDER_CONSTANT)
        for box in (cv2.boxFilter, cv2.sqrBoxFilter)
    )
    variance = cv2.max(cv2.subtract(squares, cv2.multiply(means, means)), FLAT**2)
    return np.asarray(cv2.pow(variance, -0.5) / np.float32(np.sqrt(size[0] * size[1])))


def _by_weighted_length(stacked: NDArray[np.float32], weights: Values) -> NDArray[np.float32]:
    """One by the length of every window, of which only the cells of `weights` (h, w) count."""
    count = float(weights.sum())
    means, squares = (_products(plane, weights / count) for plane in (stacked, cv2.multiply(stacked, stacked)))
    variance = cv2.max(cv2.subtract(squares, cv2.multiply(means, means)), FLAT**2)
    return np.asarray(cv2.pow(variance, -0.5) / np.float32(np.sqrt(count)))


def _products(stacked: NDArray[np.float32], pattern: Values) -> NDArray[np.float32]:
    """Sums of the products of (h, w) with the window that begins at each cell."""
    found = cv2.filter2D(stacked, -1, pattern.astype(np.float32), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(found, np.float32)
