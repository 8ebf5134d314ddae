"""Quality of approximate neighbours [Aumueller, Bernhardsson & Faithfull, ANN-Benchmarks, 2020]."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def ann_recall(found: NDArray[np.floating], exact: NDArray[np.floating], *, tolerance: float = 1e-3) -> float:
    """Share of the (k,) exact scores that (k',) found ones reach, so that a tie with another item is no error.

    Scores are larger = nearer. A found item counts when it is at most `tolerance` below the k-th exact score.
    """
    if len(exact) == 0:
        raise ValueError("there is no exact neighbour to be found")
    good = int((found[: len(exact)] >= exact.min() - tolerance).sum())
    return good / len(exact)
