"""Reducing by the windowed sinc [Duchon, Lanczos Filtering in One and Two Dimensions, Appl. Meteorology 1979]."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

ONE: Final = 1 << 12
"""The integer that stands for 1 in the weights: sums of products stay below 2^53, where they are exact."""
LOBES: Final = 3
"""Lobes of the sinc, to either side."""


def reduced_by(factor: int, greys: NDArray[np.uint8], band: float) -> NDArray[np.float64]:
    """(n, h / factor, w / factor) weighted sums of (n, h, w), in units of 1 / ONE^2.

    Frequencies pass up to `band` times the highest that the result can hold. Whole numbers: a flat picture has one
    value throughout, exactly, and every machine finds the same.
    """
    down, across = (_weights(side // factor, factor, band) for side in greys.shape[1:])
    levels: NDArray[np.float64] = down @ greys.astype(np.float64) @ across.T
    return levels


@lru_cache
def _weights(count: int, factor: int, band: float) -> NDArray[np.float64]:
    """(count, count * factor) whole numbers: each row sums to ONE, also where it ends at an edge."""
    middles = (np.arange(count * factor) + 0.5) / factor
    apart = band * (middles[None] - (np.arange(count)[:, None] + 0.5))
    sinc = np.where(np.abs(apart) < LOBES, np.sinc(apart) * np.sinc(apart / LOBES), 0)
    weights: NDArray[np.float64] = np.rint(ONE * sinc / sinc.sum(axis=1, keepdims=True))
    weights[np.arange(count), weights.argmax(axis=1)] += ONE - weights.sum(axis=1)
    weights.setflags(write=False)
    return weights
