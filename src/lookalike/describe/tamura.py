"""Coarseness, contrast and directionality
[Tamura, Mori & Yamawaki, Textural Features Corresponding to Visual Perception, SMC 1978]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.bars import named_back_to_back
from lookalike.describe.drawing import headed
from lookalike.describe.reduced import reduced_grey
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.telling import agreed
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

GRAINS: Final = 5
"""Sizes of grain that are told apart: 2, 4, ... px."""
DIRECTIONS: Final = 16
"""Directions of edges, over half a turn."""
EDGE: Final = 12
"""Mean of the changes across and down, in grey levels a px over three, from which on there is an edge."""
STRONGEST: Final = 127.5
"""Grey levels: contrast of a picture half black, half white."""


@dataclass(frozen=True)
class Tamura:
    """How coarse the grain is, how strong the contrast, and which way the edges run."""

    name: ClassVar[str] = "tamura"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "coarseness, contrast and direction"
    source: ClassVar[str] = "Tamura, Mori & Yamawaki, Textural Features Corresponding to Visual Perception, SMC 1978"
    unrelated: ClassVar[float] = 0.73

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), GRAINS + 1 + DIRECTIONS, "l2")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) roots of the shares of px by grain; contrast, 0 to 1; roots of the shares of edges by direction."""
        return stacked(self.space, (_row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and their three features side by side."""
        ours, theirs = _row(query), _row(hit)
        bars = named_back_to_back(_told(ours), _told(theirs), ("coarseness", "contrast", "directionality"))
        likeness = 1 / (1 + float(np.linalg.norm(ours - theirs)))
        return Explanation(agreed("The look of the surface", likeness, self.unrelated), headed(query, hit, bars))


def _row(picture: Picture) -> NDArray[np.float64]:
    grey = reduced_grey(picture)
    return np.concatenate([np.sqrt(grain_shares(grey)), [contrast(grey)], np.sqrt(direction_shares(grey))])


def _told(row: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) coarseness as the mean step of grain, contrast, and how far edges prefer a direction; each 0 to 1."""
    grains, directions = np.square(row[:GRAINS]), np.square(row[GRAINS + 1 :])
    coarseness = grains @ np.arange(GRAINS) / (GRAINS - 1)
    even = 1 / DIRECTIONS
    return np.array([coarseness, row[GRAINS], max(0.0, float(directions.max()) - even) / (1 - even)])


def grain_shares(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(GRAINS,) share of px whose surroundings change most between neighbouring squares of 2, 4, ... px a side."""
    plane = grey.astype(np.float32)
    changes = np.stack([_change(plane, 2**step) for step in range(1, GRAINS + 1)])
    best = np.argmax(changes, axis=0)  # the finer one where several are equal
    return np.asarray(np.bincount(best.ravel(), minlength=GRAINS) / best.size, np.float64)


def _change(plane: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """(h, w) larger of the differences between the means of the squares to both sides, across and down."""
    means = cv2.blur(plane, (side, side), borderType=cv2.BORDER_REFLECT)
    half = side // 2
    padded = cv2.copyMakeBorder(means, half, half, half, half, cv2.BORDER_REFLECT)
    height, width = plane.shape
    across = cv2.absdiff(padded[half:-half, 2 * half :], padded[half:-half, :width])
    down = cv2.absdiff(padded[2 * half :, half:-half], padded[:height, half:-half])
    return np.asarray(cv2.max(across, down), np.float32)


def contrast(grey: NDArray[np.uint8]) -> float:
    """Standard deviation by the fourth root of kurtosis, 0 to 1: the same spread counts less where it is rare."""
    values = grey.astype(np.float64) - grey.mean()
    variance = float(np.mean(values**2))
    if variance == 0:
        return 0.0
    kurtosis = float(np.mean(values**4)) / variance**2
    return float(np.sqrt(variance) / kurtosis**0.25 / STRONGEST)


def direction_shares(grey: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(DIRECTIONS,) share of edges by the direction across them, from the right clockwise; even where there is none."""
    plane = grey.astype(np.float32)
    across = cv2.filter2D(plane, -1, np.repeat([[-1.0, 0, 1]], 3, axis=0) / 3, borderType=cv2.BORDER_REFLECT)
    down = cv2.filter2D(plane, -1, np.repeat([[-1.0], [0], [1]], 3, axis=1) / 3, borderType=cv2.BORDER_REFLECT)
    edges = np.abs(across) + np.abs(down) >= 2 * EDGE
    if not edges.any():
        return np.full(DIRECTIONS, 1 / DIRECTIONS)
    angles = np.arctan2(down[edges], across[edges]) % np.pi
    bins = np.rint(angles * DIRECTIONS / np.pi).astype(np.intp) % DIRECTIONS
    return np.asarray(np.bincount(bins, minlength=DIRECTIONS) / bins.size, np.float64)
