"""The discrete cosine transform of a square, its lowest frequencies alone [Ahmed, Natarajan & Rao, 1974]."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

ONE = 1 << 12
"""The integer that stands for 1 in the basis."""


def low_frequencies(grey: NDArray[np.uint8], count: int) -> NDArray[np.float64]:
    """(..., count, count) unscaled DCT-II of (..., side, side), by vertical, then horizontal frequency, times ONE^2.

    Whole numbers: a flat picture has no frequency but 0, exactly, and every machine finds the same.
    """
    basis = _basis(count, grey.shape[-1])
    frequencies: NDArray[np.float64] = basis @ grey.astype(np.float64) @ basis.T
    return frequencies


def inverse(frequencies: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """(side, side) grey levels that these frequencies alone make up."""
    basis = _basis(len(frequencies), side) / ONE
    basis[0] /= 2  # of the inverse transform: frequency 0 counts half
    grey: NDArray[np.float64] = basis.T @ (frequencies / ONE**2) @ basis * (2 / side) ** 2
    return grey


@lru_cache
def _basis(count: int, side: int) -> NDArray[np.float64]:
    """(count, side) cosines in units of 1 / ONE, rounded: their products stay below 2^53, where sums are exact."""
    cosines = np.cos(np.pi / side * np.outer(np.arange(count), np.arange(side) + 0.5))
    basis: NDArray[np.float64] = np.rint(ONE * cosines)
    basis.setflags(write=False)
    return basis
