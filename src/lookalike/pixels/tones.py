"""Tones of more than 8 bits, as 8."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_PERCENTILES: Final = (0.1, 99.9)
_BLOCK: Final = 2**20


def from_16_bits(values: NDArray[Any]) -> NDArray[np.uint8]:
    """The high byte of values in 0..65535: what Pillow makes of 16 bits in colour too."""
    flat = values.reshape(-1)
    tones = np.empty(flat.shape, np.uint8)
    for at in range(0, flat.size, _BLOCK):
        tones[at : at + _BLOCK] = (flat[at : at + _BLOCK].astype(np.int32) >> 8).clip(0, 255)
    return tones.reshape(values.shape)


def from_any_range(values: NDArray[Any]) -> NDArray[np.uint8]:
    """The 0.1th percentile as black to the 99.9th as white; NaN is black, infinities are the end they lie at.

    Where the two percentiles are equal, the extremes take their place. A flat picture is black.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return _scaled(values, 0.0, 1.0)
    # The nearest value, since the difference of two, to lie between them, may overflow.
    low, high = np.percentile(finite, _PERCENTILES, method="nearest")
    if low == high:
        low, high = finite.min(), finite.max()
    return _scaled(values, float(low), float(high))


def _scaled(values: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    flat = values.reshape(-1)
    scaled = np.empty(flat.shape, np.uint8)
    for at in range(0, flat.size, _BLOCK):  # a block at a time: in float64 the whole would be eight times its size
        block = flat[at : at + _BLOCK].astype(np.float64)
        share = np.nan_to_num((block - low) / ((high - low) or 1.0), nan=0.0, posinf=1.0, neginf=0.0)
        scaled[at : at + _BLOCK] = np.rint(share.clip(0.0, 1.0) * 255)
    return scaled.reshape(values.shape)
