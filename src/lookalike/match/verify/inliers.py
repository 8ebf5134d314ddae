"""Which matches agree with a model: by place, seen from both pictures, and by pose, where it is known."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.frames import Framed
from lookalike.match.verify.projection import LEAST_DEPTH, Points, is_affine, lifted, project
from lookalike.types import Matrix

TURN: Final = 35.0
"""Degrees that the angles of two keypoints may differ by after the model."""
ALONG: Final = float(np.cos(np.radians(TURN)))
GROWTH: Final = 0.8
"""Octaves that their scales may."""


def agree(model: Matrix, a: Framed, b: Framed, tolerance: float) -> NDArray[np.bool_]:
    """(n,) whether a pair does, in place and in pose."""
    return np.asarray((placed(model, a.at, b.at) <= tolerance) & posed(model, a, b))


def placed(model: Matrix, a: Points, b: Points) -> NDArray[np.float64]:
    """(n,) by how much the model misplaces a pair, in the frame where that is more; infinite without an inverse."""
    forwards = _lengths(project(model, a) - b)
    try:
        inverse = np.asarray(np.linalg.inv(model), np.float64)
    except np.linalg.LinAlgError:
        return np.full(forwards.shape, np.inf)
    backwards = _lengths(project(inverse, b) - a)
    return np.asarray(np.maximum(forwards, backwards), np.float64)


def posed(model: Matrix, a: Framed, b: Framed) -> NDArray[np.bool_]:
    """(n,) whether the model turns and scales the keypoint of a as that of b; true where no pose is known."""
    if a.heading is None or b.heading is None or a.log_scale is None or b.log_scale is None:
        return np.ones(len(a), np.bool_)
    (across_x, across_y), (down_x, down_y) = slope(model, a.at).transpose(1, 2, 0)  # (n,) each
    x, y = a.heading.T
    turned_x, turned_y = across_x * x + across_y * y, down_x * x + down_y * y
    length = np.sqrt(turned_x * turned_x + turned_y * turned_y)
    along = (turned_x * b.heading[:, 0] + turned_y * b.heading[:, 1]) / np.maximum(length, 1e-12)
    growth = 0.5 * np.log2(np.maximum(np.abs(across_x * down_y - across_y * down_x), 1e-18))
    close = np.abs(a.log_scale + growth - b.log_scale) <= GROWTH
    return np.asarray((along >= ALONG) & close)


def _lengths(off: Points) -> NDArray[np.float64]:
    """(n,)"""
    return np.asarray(np.sqrt(off[:, 0] * off[:, 0] + off[:, 1] * off[:, 1]), np.float64)


def slope(model: Matrix, points: Points) -> NDArray[np.float64]:
    """(n, 2, 2) the derivative of the map at each point."""
    if is_affine(model):
        return np.asarray(np.broadcast_to(model[:2, :2], (len(points), 2, 2)))
    ends = lifted(model, points)
    depth = np.where(np.abs(ends[:, 2]) > LEAST_DEPTH, ends[:, 2], LEAST_DEPTH)
    there = ends[:, :2] / depth[:, None]
    return (model[:2, :2] - there[:, :, None] * model[2, :2]) / depth[:, None, None]
