"""Histograms of any colour space over ever smaller parts of the picture
[Lazebnik, Schmid & Ponce, Beyond Bags of Features: Spatial Pyramid Matching, CVPR 2006]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lookalike.describe import binning, feature_maps
from lookalike.describe.agreement import drawn
from lookalike.describe.colour_space import CHANNELS, ColourSpace, channels
from lookalike.describe.reduced import SIDE
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

MOST = 2**17
"""Largest number of bins in all."""
MAPS = {
    "hellinger": feature_maps.hellinger,
    "chi2": feature_maps.chi_square,
    "emd": feature_maps.earth_mover,
}


@dataclass(frozen=True)
class ColourPyramid:
    """Histograms of the whole picture, of its quarters, of its sixteenths ..., each level with its own weight."""

    name: ClassVar[str] = "colour_pyramid"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "colours, part by part"
    source: ClassVar[str] = "Lazebnik, Schmid & Ponce, Beyond Bags of Features, CVPR 2006"
    unrelated: ClassVar[float] = 0.67

    colours: ColourSpace = "hsv"
    bins: int = 16
    """Bins of each channel."""
    joint: bool = False
    """Whether a bin is a combination of all channels; else each channel has a histogram of its own."""
    soft: bool = True
    """Whether a colour counts in the bins on both sides of it, by nearness."""
    levels: int = 3
    """1 is the whole picture alone."""
    distance: Literal["hellinger", "chi2", "emd"] = "hellinger"
    """emd: how many bins far the colours have to be moved; for channels apart, hue excluded, which is a circle."""

    def __post_init__(self) -> None:
        if not 2 <= self.bins <= 32:
            raise ValueError(f"bins must be from 2 to 32, not {self.bins}")
        if not 1 <= self.levels <= 4:
            raise ValueError(f"levels must be from 1 to 4, not {self.levels}")
        if self.distance == "emd" and (self.joint or self.colours == "hsv"):
            raise ValueError("emd needs bins in order: joint must be no, and colours not hsv")
        if self._cells * self._histogram_bins > MOST:
            raise ValueError(f"these would be {self._cells * self._histogram_bins} bins, more than {MOST}")

    @property
    def space(self) -> Space:
        if self.distance == "emd":
            return Space(self.name, digest(self), self._cells * CHANNELS[self.colours] * (self.bins - 1), "l1")
        dims = {"hellinger": 1, "chi2": 3}[self.distance] * self._cells * self._histogram_bins
        return Space(self.name, digest(self), dims, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) by level from the whole down, by part, by channel, by bin."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Where the colours agree: both pictures, pale in those parts whose colours differ."""
        ours, theirs = self._shares(query)[-1], self._shares(hit)[-1]
        common = np.minimum(ours, theirs).sum(axis=(1, 2)) / ours.sum(axis=(1, 2))
        side = 2 ** (self.levels - 1)
        cells = common.reshape(side, side).astype(np.float32)
        parts = f" part by part, in {side} x {side} parts" if side > 1 else ""
        line = f"{common.mean():.0%} of the colours ({self.colours}) agree{parts}."
        return Explanation(line, drawn(query, hit, cells, cells))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        mapped = [MAPS[self.distance](shares).ravel() for shares in self._shares(picture)]
        row = np.concatenate(mapped)
        return row / float(np.linalg.norm(row)) if self.distance == "chi2" else row  # the map is an approximation

    def _shares(self, picture: Picture) -> list[NDArray[np.float64]]:
        """Histograms of each level (parts, histograms, bins); all together sum 1."""
        planes = channels(picture, self.colours)
        finest = self._counts(planes).astype(np.float64) / (planes.shape[0] * planes.shape[1])
        finest /= finest.shape[1]
        levels = [finest]
        while len(levels) < self.levels:
            levels.append(_quartered(levels[-1]))
        return [weight * level for weight, level in zip(_weights(self.levels), reversed(levels), strict=True)]

    def _counts(self, planes: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(parts of the finest level, histograms, bins) pixels, whole or in parts."""
        side = 2 ** (self.levels - 1)
        px = SIDE // side
        parts = planes.reshape(side, px, side, px, -1).swapaxes(1, 2).reshape(side * side, px * px, -1)
        circular = [self.colours == "hsv" and channel == 0 for channel in range(parts.shape[2])]
        count = binning.joint if self.joint else binning.marginal
        return count(parts, self.bins, soft=self.soft, circular=circular)

    @property
    def _cells(self) -> int:
        return sum(4**level for level in range(self.levels))

    @property
    def _histogram_bins(self) -> int:
        """Number of bins in all histograms of one part."""
        count = CHANNELS[self.colours]
        return self.bins**count if self.joint else self.bins * count


def _weights(levels: int) -> list[float]:
    """From the whole down: half for the finest level, half of the rest for the next ...; what is left for the whole."""
    return [0.5 ** (levels - 1), *(0.5 ** (levels - level) for level in range(1, levels))]


def _quartered(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(parts / 4, ...) of the level above."""
    side = int(np.sqrt(len(shares)))
    quarters = shares.reshape(side // 2, 2, side // 2, 2, *shares.shape[1:])
    summed: NDArray[np.float64] = quarters.sum(axis=(1, 3)).reshape(-1, *shares.shape[1:])
    return summed
