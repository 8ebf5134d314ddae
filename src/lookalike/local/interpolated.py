"""Maps of a network read between their px."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Kernel = Literal["linear", "cubic"]

_BEND: Final = -0.75
"""Parameter of the cubic kernel, as PyTorch and OpenCV have it [Keys, Cubic convolution interpolation, 1981]."""


def interpolated(maps: NDArray[np.float32], at: NDArray[np.floating], kernel: Kernel) -> NDArray[np.float32]:
    """(k, c) of (c, h, w) maps at (k, 2) places x, y, in px of the maps; beyond the border they are as at it."""
    height, width = maps.shape[1:]
    places = np.asarray(at, np.float64)
    first = np.floor(places).astype(np.int64)
    taps = np.arange(0, 2) if kernel == "linear" else np.arange(-1, 3)
    weights = _weights(places - first, taps, kernel)  # (k, 2, taps)
    found = np.zeros((len(places), len(maps)), np.float32)
    for i, down in enumerate(taps):
        y = np.clip(first[:, 1] + down, 0, height - 1)
        for j, across in enumerate(taps):
            x = np.clip(first[:, 0] + across, 0, width - 1)
            weight = (weights[:, 1, i] * weights[:, 0, j]).astype(np.float32)
            found += maps[:, y, x].T * weight[:, None]
    return found


def _weights(fraction: NDArray[np.float64], taps: NDArray[np.int64], kernel: Kernel) -> NDArray[np.float64]:
    """(k, 2, taps)"""
    d = np.abs(fraction[..., None] - taps)
    if kernel == "linear":
        return np.asarray(1 - d, np.float64)
    near = ((_BEND + 2) * d - (_BEND + 3)) * d**2 + 1
    far = _BEND * (((d - 5) * d + 8) * d - 4)
    return np.where(d <= 1, near, far)
