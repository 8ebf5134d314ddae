"""The three channels of a picture brought together; numpy takes twenty times as long along an axis of three."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Level = TypeVar("Level", np.uint8, np.int16, np.float32, np.float64)


def most(levels: NDArray[Level]) -> NDArray[Level]:
    """(...) the most of (..., 3)."""
    red, green, blue = (levels[..., channel] for channel in range(3))
    return np.maximum(np.maximum(red, green), blue)


def every(holds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(...) whether all of (..., 3) hold."""
    return np.asarray(holds[..., 0] & holds[..., 1] & holds[..., 2], np.bool_)


def total(levels: NDArray[Level]) -> NDArray[Level]:
    """(...) the sum of (..., 3)."""
    return np.asarray(levels[..., 0] + levels[..., 1] + levels[..., 2], levels.dtype)
