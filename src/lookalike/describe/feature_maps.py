"""Maps of distributions, after which a plain distance is the one that is meant: any index then serves it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

STEP: Final = 0.5
"""Distance at which the spectrum of the chi-square kernel is sampled, at 0 and once beyond."""


def hellinger(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows whose dot product is the Bhattacharyya coefficient, sum sqrt(x y)."""
    return np.sqrt(shares)


def chi_square(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., 3 d) rows whose dot product is nearly the chi-square kernel, sum 2 x y / (x + y)
    [Vedaldi & Zisserman, Efficient Additive Kernels via Explicit Feature Maps, PAMI 2012]."""
    phase = STEP * np.log(np.maximum(shares, 1e-12))
    constant = np.sqrt(STEP * shares)
    wave = np.sqrt(2 * STEP / np.cosh(np.pi * STEP) * shares)
    return np.concatenate([constant, wave * np.cos(phase), wave * np.sin(phase)], axis=-1)


def earth_mover(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., d - 1) rows whose l1 distance is what must be moved times how many bins far; bins in order, sums equal."""
    return np.cumsum(shares, axis=-1)[..., :-1]
