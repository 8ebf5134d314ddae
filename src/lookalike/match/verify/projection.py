"""A plane seen through a homography: where its points lie, and what of it another picture shows.

A plane seen at a slant ends at a horizon, where the third homogeneous coordinate is 0. What lies beyond is not seen: it
is cut off before anything is divided by that coordinate [Sutherland & Hodgman, Reentrant polygon clipping, CACM 1974;
Blinn & Newell, Clipping using homogeneous coordinates, SIGGRAPH 1978].
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.resize import outline
from lookalike.types import Box, Matrix, Size

Points = NDArray[np.float64]
"""(n, 2)"""
FAR: Final = 1e9
"""Coordinates of a point that lies beyond the horizon."""
LEAST_DEPTH: Final = 1e-9
"""Third coordinates from here on lie before the horizon."""


def lifted(model: NDArray[np.floating], points: NDArray[np.floating]) -> NDArray[np.float64]:
    """(n, 3) homogeneous places of (n, 2) points; the third coordinate is not positive beyond the horizon."""
    return np.asarray(points @ model[:, :2].T + model[:, 2], np.float64)


def is_affine(model: NDArray[np.floating]) -> bool:
    """Whether its last row is (0, 0, 1), as that of a similarity is as well."""
    return bool(model[2, 0] == model[2, 1] == 0 and model[2, 2] == 1)


def project(model: NDArray[np.floating], points: NDArray[np.floating]) -> Points:
    """Where a similarity, affine map or homography takes (n, 2) points; `FAR` away what lies beyond the horizon."""
    if is_affine(model):
        return np.asarray(points @ model[:2, :2].T + model[:2, 2], np.float64)
    there = lifted(model, points)
    depth = there[:, 2:]
    return np.asarray(np.where(depth > LEAST_DEPTH, there[:, :2] / np.maximum(depth, LEAST_DEPTH), FAR), np.float64)


def facing(model: NDArray[np.floating], points: NDArray[np.floating]) -> Matrix:
    """The model with the sign under which the middle of (n, 2) points lies before the horizon; its inverse keeps it."""
    middle = np.mean(points, axis=0, keepdims=True)
    return np.asarray(-model if lifted(model, middle)[0, 2] < 0 else model, np.float64)


def warped_outline(model: Matrix, size: Size, window: Box) -> Points:
    """(n, 2) corners of what a picture of `size` shows of `window`, px of the other picture; (0, 2) for nothing.

    `model` faces the picture. The order of the corners is that of the picture's.
    """
    polygon = lifted(model, outline(size))
    left, top, width, height = window
    edges = [(0, 0, 1), (1, 0, -left), (-1, 0, left + width), (0, 1, -top), (0, -1, top + height)]
    for edge in np.asarray(edges, np.float64):
        polygon = _clipped(polygon, polygon @ edge)
    seen = polygon[polygon[:, 2] > LEAST_DEPTH]
    return np.asarray(seen[:, :2] / seen[:, 2:], np.float64)


def whole(size: Size) -> Box:
    """The window that is all of a picture, from edge to edge; the middle of the upper left px is (0, 0)."""
    return -0.5, -0.5, float(size[0]), float(size[1])


def in_front(model: Matrix, size: Size, other: Size) -> NDArray[np.bool_] | None:
    """(h, w) px of the `other` picture where it can show the plane of a picture of `size`; None where all can.

    The rest is sky: a warp would fill it with what lies beyond the horizon.
    """
    back = np.asarray(np.linalg.inv(facing(model, outline(size))), np.float64)
    if (lifted(back, outline(other))[:, 2] > 0).all():
        return None
    across, down = np.arange(other[0]), np.arange(other[1])
    return np.asarray(back[2, 0] * across + back[2, 1] * down[:, None] + back[2, 2] > 0)


def _clipped(polygon: NDArray[np.float64], inside: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of a polygon (n, 3) where `inside` (n,), a linear function of its corners, is not negative."""
    corners: list[NDArray[np.float64]] = []
    for at, corner in enumerate(polygon):
        before, now, then = inside[at - 1], inside[at], polygon[at - 1]
        if (before < 0) != (now < 0):
            corners.append(then + (corner - then) * (before / (before - now)))
        if now >= 0:
            corners.append(corner)
    return np.array(corners, np.float64).reshape(-1, 3)
