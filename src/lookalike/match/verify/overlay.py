"""One picture laid over another, as a geometry says."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.projection import in_front
from lookalike.pixels.planes import grey
from lookalike.pixels.resize import scaling
from lookalike.types import Matrix, Picture, Size


def laid_over(
    a: Picture, b: Picture, model: Matrix, side: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.bool_]]:
    """a as b shows it, b, and where both are; in grey, with `side` px on the longer side of b."""
    size = size_at(b.size, side)
    under = b.plane(("under", size), lambda _: _at_size(grey(b), size))
    # Of the larger pictures squares of px fall on one: a is reduced first, so that it is averaged as b is.
    scale = float(np.sqrt(abs(np.linalg.det(model[:2, :2] / model[2, 2])))) * side / max(b.size)
    reduced = _reduced(grey(a), min(1.0, scale * a.size[0] / a.pixels.shape[1]))
    to_b = scaling(size, b.size) @ model @ np.linalg.inv(scaling(reduced.shape[1::-1], a.size))
    laid = cv2.warpPerspective(reduced, to_b, size, flags=cv2.INTER_LINEAR)
    there = cv2.warpPerspective(np.full_like(reduced, 255), to_b, size, flags=cv2.INTER_LINEAR)
    ground = in_front(to_b, (reduced.shape[1], reduced.shape[0]), size)
    if ground is not None:
        there *= ground
    both = cv2.erode((there > 250).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return laid, under, both


def size_at(size: Size, side: int) -> Size:
    """Size of a picture of `size` when its longer side is `side`."""
    factor = side / max(size)
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _reduced(plane: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    return _at_size(plane, (max(1, round(plane.shape[1] * factor)), max(1, round(plane.shape[0] * factor))))


def _at_size(plane: NDArray[np.uint8], size: Size) -> NDArray[np.uint8]:
    small: NDArray[np.uint8] = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    return small
