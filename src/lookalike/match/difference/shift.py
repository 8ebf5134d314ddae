"""Two planes that are a px apart here and there, as lenses, scanners and rescaling have it, laid onto each other
[Lucas & Kanade, IJCAI 1981]."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from lookalike.match.difference.tone_bound import Plane

WIDE: Final = 33
"""px of the windows that are moved as one."""
MOST: Final = 1.0
"""px that they are moved by, the most."""
TRUSTED: Final = 16.0
"""Levels from which on a px has less and less of a say: what differs is no shift."""


def shifted(a: Plane, b: Plane, inside: Plane) -> Plane:
    """a, each place moved by at most `MOST` px to where its neighbourhood agrees best with b."""
    window = (WIDE, WIDE)
    left = (b - a) * inside
    left -= cv2.blur(left, window)
    trust = inside / (1 + np.square(left / TRUSTED))
    across, down = (trust * cv2.Sobel(a, cv2.CV_32F, *order, scale=1 / 8) for order in ((1, 0), (0, 1)))
    xx, xy, yy, xr, yr = (
        cv2.blur(each, window) for each in (across * across, across * down, down * down, across * left, down * left)
    )
    xx, yy = xx + 1.0, yy + 1.0
    determinant = xx * yy - xy * xy
    shift_x, shift_y = (yy * xr - xy * yr) / determinant, (xx * yr - xy * xr) / determinant
    limit = np.minimum(1, MOST / np.maximum(np.hypot(shift_x, shift_y), 1e-6))
    height, width = a.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    to_x, to_y = x + limit * shift_x, y + limit * shift_y
    return np.asarray(cv2.remap(a, to_x, to_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
