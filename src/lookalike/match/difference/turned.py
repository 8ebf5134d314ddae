"""Whether what two small pictures show turned a little, or was taken from a step aside: another photo, and no copy.

On few px that is less, at each of them, than what a program does that makes icons. All over the picture it is more.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.overlap import Mask

FEW: Final = 48
"""px of the shorter side, below which windows of detail tell nothing of that."""
HALF: Final = 0.5
"""px by which all may be shifted, the most, each way."""
MOVED: Final = 4.5
"""Levels by which the light of a copy is off, root mean square: JPEG of quality 30 comes to 3.8 in the median."""


def has_turned(a: NDArray[np.generic], b: NDArray[np.generic], where: Mask | None = None) -> bool:
    """Whether (h, w, 3) px in one tone that lie over each other say so: all, or those `where` (h, w) both have some.

    A shift of all by a fraction of a px, which programs that resize make, is fitted and taken away.
    """
    x, y = (cv2.GaussianBlur(each.astype(np.float32), (3, 3), 0).mean(axis=2) for each in (a, b))
    down, across = np.gradient((x + y) / 2)
    seen = np.ones(x.shape, np.bool_) if where is None else where
    if not seen.any():
        return False
    slopes, off = np.column_stack([across[seen], down[seen]]), (x - y)[seen]
    shift = np.clip(np.linalg.lstsq(slopes, off, rcond=None)[0], -HALF, HALF)
    return float(np.sqrt(np.square(off - slopes @ shift).mean())) > MOVED
