"""Colour histograms [Swain & Ballard, Color Indexing, IJCV 1991], compared by the Hellinger kernel
[Arandjelovic & Zisserman, Three things everyone should know to improve object retrieval, CVPR 2012]."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.bars import back_to_back
from lookalike.describe.colours import joined, lab, names
from lookalike.describe.drawing import headed
from lookalike.describe.reduced import reduced
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

SPREAD = 10.0
"""Difference in CIE Lab over which a colour that is asked for fades."""
BARS = 8
"""Number of colours that an explanation shows."""


@dataclass(frozen=True)
class ColourHistogram:
    """Share of pixels in each of bins^3 RGB cells, as Hellinger vectors (unit L2 norm)."""

    name: ClassVar[str] = "histogram"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "colours"
    source: ClassVar[str] = "Swain & Ballard, Color Indexing, IJCV 1991"
    unrelated: ClassVar[float] = 0.52

    bins: int = 8
    """Bins of each channel."""

    def __post_init__(self) -> None:
        if not 2 <= self.bins <= 32:
            raise ValueError(f"bins must be from 2 to 32, not {self.bins}")

    @cached_property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.bins**3, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, bins^3) square roots of shares; cells by red, then green, then blue."""
        return stacked(self.space, (np.sqrt(self.shares(picture)) for picture in pictures))

    def describe_colours(self, colours: NDArray[np.uint8], shares: NDArray[np.float64]) -> Vectors:
        """(1, bins^3) of (c, 3) RGB colours with (c,) shares, each spread over the cells that look like it."""
        steps = np.rint((np.arange(self.bins) + 0.5) * 256 / self.bins - 0.5).astype(np.uint8)
        cells = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=3).reshape(-1, 3)
        apart = np.square(lab(colours)[:, None].astype(np.float64) - lab(cells)[None]).sum(axis=2)  # (c, bins^3)
        nearness = np.exp(-0.5 * (apart - apart.min(axis=1, keepdims=True)) / SPREAD**2)
        spread = shares @ (nearness / nearness.sum(axis=1, keepdims=True))
        return stacked(self.space, [np.sqrt(spread / spread.sum())])

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Which colours agree: the most shared ones, the query's share to the left, the hit's to the right."""
        ours, theirs = self.shares(query), self.shares(hit)
        colours = self.colours(query, hit)
        common = np.minimum(ours, theirs)
        # Colours that are not shared follow by size, so that what disagrees is seen as well.
        shown = np.lexsort((-np.maximum(ours, theirs), -common))[:BARS]
        shown = shown[np.maximum(ours, theirs)[shown] > 0]
        bars = back_to_back(ours[shown], theirs[shown], colours[shown])
        return Explanation(_line(ours, theirs, colours), headed(query, hit, bars))

    def shares(self, picture: Picture) -> NDArray[np.float64]:
        """(bins^3,) sum 1."""
        pixels = reduced(picture)
        counts = cv2.calcHist([pixels], [0, 1, 2], None, [self.bins] * 3, [0, 256] * 3).ravel()
        shares: NDArray[np.float64] = counts / np.float64(pixels.shape[0] * pixels.shape[1])
        return shares

    def colours(self, *pictures: Picture) -> NDArray[np.uint8]:
        """(bins^3, 3) mean of those of their pixels that fall into each cell."""
        pixels = np.concatenate([_pixels(picture) for picture in pictures])
        cells = self._cells(pixels)
        counts = np.bincount(cells, minlength=self.bins**3)
        sums = np.stack([np.bincount(cells, channel, self.bins**3) for channel in pixels.T], axis=1)
        return np.rint(sums / np.maximum(counts, 1)[:, None]).astype(np.uint8)

    def _cells(self, pixels: NDArray[np.uint8]) -> NDArray[np.intp]:
        """(p,) the cell that each of (p, 3) pixels falls into."""
        levels = (np.arange(256) * self.bins) >> 8
        red, green, blue = levels[pixels.T]
        cells: NDArray[np.intp] = (red * self.bins + green) * self.bins + blue
        return cells


def _pixels(picture: Picture) -> NDArray[np.uint8]:
    """(p, 3)"""
    return reduced(picture).reshape(-1, 3)


def _line(ours: NDArray[np.float64], theirs: NDArray[np.float64], colours: NDArray[np.uint8]) -> str:
    common = np.minimum(ours, theirs)
    agreed = f"{100 * common.sum():.0f} % of the colours agree"
    if common.sum() < 0.1:
        return f"The one is mostly {_main(ours, colours)}, the other mostly {_main(theirs, colours)}: {agreed}."
    verb = "are mostly" if common.sum() >= 0.5 else "have some"
    return f"Both {verb} {_main(common, colours)}: {agreed}."


def _main(shares: NDArray[np.float64], colours: NDArray[np.uint8]) -> str:
    """The names, three at most, that make up most of these shares."""
    present = np.flatnonzero(shares)
    totals: dict[str, float] = defaultdict(float)
    for name, share in zip(names(colours[present]), shares[present], strict=True):
        totals[name] += share
    largest = sorted(totals, key=lambda name: (-totals[name], name))[:3]
    return joined([name for name in largest if totals[name] >= 0.5 * totals[largest[0]]])
