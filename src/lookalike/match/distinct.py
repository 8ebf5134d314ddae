"""Matches between different places: what chance may draw each once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.match.frame import of_matches
from lookalike.types import LocalFeatures, Matches


def distinct(a: LocalFeatures, b: LocalFeatures, matches: Matches, tolerance: float) -> NDArray[np.int64]:
    """Ascending rows, of matches between one place and one other the best: keypoints of two angles count once."""
    ours, theirs = of_matches(a, b, matches)
    cells = np.rint(np.column_stack([ours.at, theirs.at]) / tolerance).astype(np.int64)
    _, first = np.unique(cells, axis=0, return_index=True)
    return np.sort(first)
