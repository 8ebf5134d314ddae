"""Rows of pictures that may have no contrast at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def with_flatness(values: NDArray[np.floating], grain: float) -> NDArray[np.float64]:
    """(d + 1,) `values` and an axis of flatness, at unit L2 norm; `grain` is the norm of values as long as that axis.

    A flat picture correlates with nothing: it gets an axis of its own, where one with contrast is near 0.
    """
    row = np.append(np.asarray(values, np.float64), grain)
    unit: NDArray[np.float64] = row / float(np.linalg.norm(row))
    return unit
