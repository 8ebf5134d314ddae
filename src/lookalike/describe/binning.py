"""Histograms of 8-bit channels, hard or soft.

Levels are counted first and shared out among the bins afterwards: that many fewer are shared out than there are pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LEVELS = 256
COARSE = 32
"""Levels of a channel that a joint histogram tells apart."""


def marginal(pixels: NDArray[np.uint8], bins: int, *, soft: bool, circular: Sequence[bool]) -> NDArray[np.float64]:
    """(parts, channels, bins) counts of (parts, pixels, channels), a histogram a channel."""
    parts, _, channels = pixels.shape
    histograms = parts * channels
    codes = pixels.transpose(0, 2, 1).reshape(histograms, -1) + LEVELS * np.arange(histograms)[:, None]
    counts = np.bincount(codes.ravel(), minlength=histograms * LEVELS).reshape(parts, channels, LEVELS)
    shared = [counts[:, at] @ sharing(LEVELS, bins, soft, circular[at]) for at in range(channels)]
    return np.stack(shared, axis=1)


def joint(pixels: NDArray[np.uint8], bins: int, *, soft: bool, circular: Sequence[bool]) -> NDArray[np.float64]:
    """(parts, 1, bins^channels) counts of (parts, pixels, channels); the last channel changes fastest."""
    parts, _, channels = pixels.shape
    levels = COARSE if soft else bins
    reduced = ((np.arange(LEVELS) * levels) >> 8)[pixels]
    codes = np.broadcast_to(np.arange(parts)[:, None], reduced.shape[:2])
    for channel in range(channels):
        codes = codes * levels + reduced[:, :, channel]
    counts = np.bincount(codes.ravel(), minlength=parts * levels**channels).astype(np.float64)
    counts = counts.reshape(parts, *[levels] * channels)
    if soft:
        for channel in range(channels):  # each goes to the end of the axes, its bins in its place
            counts = np.tensordot(counts, sharing(levels, bins, soft, circular[channel]), axes=(1, 0))
    return counts.reshape(parts, 1, -1)


@lru_cache
def sharing(levels: int, bins: int, soft: bool, circular: bool) -> NDArray[np.float64]:
    """(levels, bins) share of each level in each bin; rows sum to 1.

    Soft: by nearness to the centres of the bins; what lies outside the outer centres belongs to the outer bins,
    or on a circle to both.
    """
    if not soft:
        shares = np.eye(bins)[(np.arange(levels) * bins) // levels]
    else:
        position = (np.arange(levels) + 0.5) * bins / levels - 0.5
        within = position if circular else np.clip(position, 0, bins - 1)
        apart = np.abs(within[:, None] - np.arange(bins))
        shares = np.maximum(1 - (np.minimum(apart, bins - apart) if circular else apart), 0)
    shares.setflags(write=False)
    return shares
