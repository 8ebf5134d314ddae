"""The few colours that make up most of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.colours import lab
from lookalike.describe.reduced import reduced
from lookalike.types import Picture

CELLS: Final = 16
"""Cells of each channel that colours are first gathered in."""
RADIUS: Final = 20.0
"""Difference in CIE Lab up to which two colours are one."""


@dataclass(frozen=True, eq=False)
class Dominant:
    """(c, 3) RGB colours and the (c,) shares of the picture that they stand for: largest first, sum 1."""

    colours: NDArray[np.uint8]
    shares: NDArray[np.float64]

    @property
    def lab(self) -> NDArray[np.float64]:
        """(c, 3) in CIE Lab."""
        return lab(self.colours).astype(np.float64)


def dominant(picture: Picture, most: int) -> Dominant:
    """At most `most` colours: time and again the one with the most pixels near it takes all that are near."""
    colours, counts = _cells(reduced(picture).reshape(-1, 3))
    near = _near(lab(np.rint(colours).astype(np.uint8)).astype(np.float64))
    neighbours, pixels = near.astype(np.float32), counts.astype(np.float32)  # whole numbers: their sums are exact
    groups = np.full(len(counts), -1)
    for group in range(most):
        free = groups < 0
        if not free.any():
            break
        middle = int(np.argmax(np.where(free, neighbours @ (pixels * free), -1)))
        groups[free & near[middle]] = group
    used = groups >= 0
    totals = np.bincount(groups[used], counts[used])
    means: NDArray[np.float64] = np.stack(
        [np.bincount(groups[used], (counts * channel)[used]) for channel in colours.T], axis=1
    )
    order = np.argsort(-totals, kind="stable")
    return Dominant(np.rint(means / totals[:, None]).astype(np.uint8)[order], totals[order] / totals.sum())


def _near(places: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n, n) which of (n, 3) are one colour: squares of differences, as one product of matrices."""
    squares, ones = np.square(places).sum(axis=1), np.ones(len(places))
    apart = np.column_stack([-2 * places, squares, ones]) @ np.column_stack([places, ones, squares]).T
    near: NDArray[np.bool_] = apart < RADIUS**2
    return near


def _cells(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, 3) mean colours of those cells that (p, 3) pixels fall into, and (n,) how many do."""
    red, green, blue = (pixels.T.astype(np.intp) * CELLS) >> 8
    codes = (red * CELLS + green) * CELLS + blue
    counts = np.bincount(codes, minlength=CELLS**3)
    used = np.flatnonzero(counts)
    sums = np.stack([np.bincount(codes, channel, CELLS**3)[used] for channel in pixels.T], axis=1)
    return sums / counts[used, None], counts[used].astype(np.float64)
