"""How far probabilities can be taken at their word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Reliability:
    """Bins that hold something: (b,) mean probability stated, share that came true, and how many there were."""

    stated: NDArray[np.float64]
    true: NDArray[np.float64]
    count: NDArray[np.int64]


def reliability(probabilities: NDArray[np.floating], happened: NDArray[np.bool_], *, bins: int = 10) -> Reliability:
    """(n,) probabilities beside (n,) outcomes, in `bins` of equal width; 1.0 lies in the last."""
    if probabilities.shape != happened.shape or probabilities.ndim != 1 or len(probabilities) == 0:
        raise ValueError(f"probabilities {probabilities.shape} and outcomes {happened.shape} must be (n,), n > 0")
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("a probability lies in [0, 1]")
    place = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    count = np.bincount(place, minlength=bins)
    held = count > 0
    stated = np.bincount(place, probabilities, bins)[held] / count[held]
    true = np.bincount(place, happened.astype(np.float64), bins)[held] / count[held]
    return Reliability(stated, true, count[held])


def expected_calibration_error(
    probabilities: NDArray[np.floating], happened: NDArray[np.bool_], *, bins: int = 10
) -> float:
    """Mean distance of what was stated from what came true, bins weighed by their count, in [0, 1].

    [Guo et al., On calibration of modern neural networks, ICML 2017]
    """
    found = reliability(probabilities, happened, bins=bins)
    return float((found.count * abs(found.stated - found.true)).sum() / found.count.sum())
