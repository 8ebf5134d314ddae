"""Binary codes of one square of bits a picture, compared by the number of bits that differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIZES = range(4, 33, 4)
"""Sides that a square of bits may have: their squares fill whole bytes."""


def check_size(size: int) -> None:
    """Raises ValueError where `size` is not one of `SIZES`."""
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(map(str, SIZES))}, not {size}")


def packed(bits: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """(size * size / 8,) bits row by row, the first in the highest place of the first byte."""
    return np.packbits(bits)
