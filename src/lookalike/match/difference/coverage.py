"""How much of either picture the other shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.overlap import onto
from lookalike.match.difference.overlay import commonest, within
from lookalike.match.verify.projection import project, warped_outline, whole
from lookalike.pixels.resize import resize, scaling
from lookalike.types import Matrix, Picture, Size

SIDE: Final = 128
"""px of the longer side on which what lies around is looked at."""
NEAR: Final = 4
"""Levels about a colour that count as that colour."""
FLAT: Final = 5
"""px of a square that must all be of that colour: px of a texture may be, and are no bar."""
PLAIN: Final = 3
"""Colours of bars, borders and margins that are told from content."""
LEAST: Final = 0.08
"""Share of what lies around that such an area must fill, in one piece: bricks are flat as well."""


def shared_outline(model: Matrix, size_a: Size, size_b: Size) -> NDArray[np.float64]:
    """(n, 2) corners, in px of b, of what both pictures show; (0, 2) where they do not meet. `model` faces a."""
    shared = warped_outline(model, size_a, whole(size_b))
    return shared if area_of(shared) > 0 else np.zeros((0, 2))


def area_of(corners: NDArray[np.float64]) -> float:
    """In px."""
    return float(cv2.contourArea(corners.astype(np.float32))) if len(corners) else 0.0


@dataclass(frozen=True)
class Shares:
    """Shares of a picture's area: what another shows, what lies around that, and how much of the latter is not plain.

    Bars, borders, black corners, empty paper and what is transparent are plain: the other picture lacks nothing there,
    and has nothing of the picture where it shows more of that paper. So `shown` counts what is not plain.
    """

    shown: float
    around: float
    more: float


def shares(picture: Picture, shared: NDArray[np.float64], other: Picture, from_other: Matrix) -> Shares:
    """Shares of `picture`, of which `other` covers what lies within the corners `shared` (px of `picture`)."""
    width, height = picture.size
    factor = min(1.0, SIDE / max(width, height))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    shown = np.zeros((size[1], size[0]), np.uint8)
    if len(shared):
        corners = project(scaling(size, picture.size), shared)
        # The px through which the outline runs are of both.
        cv2.fillConvexPoly(shown, np.rint(corners * 16).astype(np.int32), 1, lineType=cv2.LINE_8, shift=4)
        shown = cv2.dilate(shown, np.ones((3, 3), np.uint8))
    within = min(1.0, area_of(shared) / (width * height))
    clear = np.zeros(shown.shape, np.bool_)
    if picture.alpha is not None and other.alpha is None:
        clear = ~onto(picture, scaling(size, picture.size), size)
    elif other.alpha is not None and picture.alpha is None:
        solid = onto(other, scaling(size, picture.size) @ from_other, size)
        solid = cv2.dilate(solid.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        within *= float(solid[shown > 0].mean()) if shown.any() else 1.0
        shown[~solid] = 0
    within *= float((~clear)[shown > 0].mean()) if shown.any() else 1.0
    outside = (shown == 0) & ~clear
    whole = max(0.0, 1 - float(clear.mean()) - within)
    count = int(outside.sum())
    if not count:
        return Shares(within, whole, 0.0)
    plain = _plain(resize(picture.pixels, size).astype(np.int16), outside)
    content = within * float((~plain)[~outside & ~clear].mean()) if (~outside & ~clear).any() else within
    return Shares(content, whole, whole * float((outside & ~plain).sum()) / count)


def _plain(small: NDArray[np.int16], around: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(h, w) px that are flat, and of one of the few colours of which large pieces lie `around`."""
    plain = np.zeros_like(around)
    for _ in range(PLAIN):
        left = around & ~plain
        if not left.any():
            break
        near = within(small, commonest(small[left], NEAR), NEAR)
        # A bar may be thinner than the square: what lies beside it, or beyond the picture, is no reason against it.
        found = left & near & _flat(near | ~around)
        _, pieces, facts, _ = cv2.connectedComponentsWithStats(found.astype(np.uint8))
        large = facts[:, cv2.CC_STAT_AREA] >= LEAST * around.sum()
        large[0] = False  # what is not found
        if not large.any():
            break
        plain |= large[pieces] | (~around & near & _flat(near))
    return plain


def _flat(near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(h, w) px that lie in a square of nothing else."""
    opened = cv2.morphologyEx(near.astype(np.uint8), cv2.MORPH_OPEN, np.ones((FLAT, FLAT), np.uint8))
    return np.asarray(opened > 0, np.bool_)
