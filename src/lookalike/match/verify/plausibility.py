"""Whether a model is one that a camera or an editor could have made, and rests on more than a spot or a line."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.inliers import slope
from lookalike.match.verify.projection import Points, is_affine
from lookalike.types import Matrix

MOST_SCALE: Final = 16.0
"""Times, in the frames, that one picture may show things larger than the other."""
MOST_STRETCH: Final = (4.0, 6.0)
"""Times that things may be stretched one way more than the other; where chance is out of the question."""
MOST_CHANGE: Final = (8.0, 250.0)
"""Times that the scale of area may differ between two matches; where chance is out of the question.

A wall seen along itself, from a step away.
"""
LEAST_SPREAD: Final = 0.008
"""Least standard deviation of the inliers along their shorter axis, in each picture; share of the longer side."""
LARGER_SPREAD: Final = 0.03
"""Least standard deviation in the picture where it is larger: what is a spot in both is a tag or a logo."""


def is_plausible(model: Matrix, a: Points, b: Points, *, mirrored: bool, proved: bool = False) -> bool:
    """`a` and `b` are the inliers, in their frames; `proved` by so many that chance is out of the question."""
    spreads = spread(a), spread(b)
    if min(spreads) < LEAST_SPREAD or max(spreads) < LARGER_SPREAD:
        return False
    slopes = slope(model, a[:1] if is_affine(model) else a)
    areas = np.linalg.det(slopes)
    if not np.isfinite(slopes).all() or ((areas < 0) != mirrored).any() or (np.abs(areas) < 1e-12).any():
        return False
    scale = np.sqrt(np.abs(areas))
    stretch = _stretch(slopes)
    return bool(
        scale.max() <= MOST_SCALE
        and scale.min() >= 1 / MOST_SCALE
        and stretch.max() <= MOST_STRETCH[proved]
        and np.abs(areas).max() / np.abs(areas).min() <= MOST_CHANGE[proved]
    )


def spread(points: Points) -> float:
    """Standard deviation along the shorter axis: small in a spot and on a line."""
    centred = points - points.mean(axis=0)
    variances = np.linalg.eigvalsh(centred.T @ centred / len(points))
    return float(np.sqrt(max(variances[0], 0)))


def _stretch(slopes: NDArray[np.float64]) -> NDArray[np.float64]:
    strength = np.linalg.svd(slopes, compute_uv=False)  # (n, 2)
    return np.asarray(strength[:, 0] / np.maximum(strength[:, 1], 1e-12))
