"""Median and quantile of one row of floats, as numpy has them, without its checks: those take ten times as long as a
few thousand values do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.floating]
"""(n,) with n > 0, finite."""


def median(values: Row) -> float:
    """The value in the middle, or the mean of the two that are."""
    half = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, half)[half])
    ordered = np.partition(values, (half - 1, half))
    return float((ordered[half - 1] + ordered[half]) / 2)


def quantile(values: Row, share: float) -> float:
    """The value that a `share` of all do not exceed, between two of them by interpolation."""
    at = (len(values) - 1) * share
    below = int(at)
    above = min(below + 1, len(values) - 1)
    ordered = np.partition(values, (below, above))
    low, high, part = ordered[below], ordered[above], at - below
    return float(high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part)
