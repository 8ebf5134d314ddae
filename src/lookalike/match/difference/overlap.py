"""Part that two pictures both show, laid over each other on one grid: that of the coarser one, or a coarser one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.projection import project
from lookalike.pixels.colour import SOLID
from lookalike.pixels.resize import outline, resize, scaling
from lookalike.types import Matrix, Picture, Pixels, Size

LEAST: Final = 6
"""px that the grid has at least each way."""
WHOLE: Final = 0.03
"""px by which a map may miss one that takes px to px, and still be taken for it."""
EDGE: Final = 2.0
"""px along the outline of either picture that are not compared: of what is resampled they are half something else."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Overlap:
    """`a` and `b` (h, w, 3) on one grid, where they are seen at once in `both`.

    `to_a` and `to_b` take px of the grid to px of the originals. `full` says that no px of the coarser one is lost.
    `bare` is where one of them is transparent, and the other shows something else than a ground of one colour; None
    where both lie on one ground. `hollow` is where exactly one of two transparent ones is so; None of all others.
    """

    a: Pixels
    b: Pixels
    both: Mask
    to_a: Matrix
    to_b: Matrix
    full: bool
    bare: Mask | None = None
    hollow: Mask | None = None

    @property
    def size(self) -> Size:
        """(w, h) of the grid."""
        return self.a.shape[1], self.a.shape[0]


def overlap(a: Picture, b: Picture, model: Matrix, most: float) -> Overlap | None:
    """Both under `model`, an affine map of px of a to px of b, on at most `most` px; None where they hardly meet."""
    decoded_a, decoded_b = (picture.pixels.shape[1] / picture.size[0] for picture in (a, b))
    if abs(float(np.linalg.det(model[:2, :2]))) * decoded_b**2 <= decoded_a**2:
        return _onto(a, b, model, most)
    turned = _onto(b, a, inverse(model), most)
    if turned is None:
        return None
    return Overlap(turned.b, turned.a, turned.both, turned.to_b, turned.to_a, turned.full, turned.bare, turned.hollow)


def _onto(a: Picture, b: Picture, model: Matrix, most: float) -> Overlap | None:
    """On the grid of b."""
    decoded_b = b.pixels.shape[1] / b.size[0]
    # The window of b that a covers, in px as b is decoded.
    decoding = scaling((b.pixels.shape[1], b.pixels.shape[0]), b.size)
    there = project(decoding @ model, outline(a.size))
    height, width = b.pixels.shape[:2]
    left, top = np.clip(np.floor(there.min(axis=0) + 0.5), 0, (width, height))
    right, bottom = np.clip(np.ceil(there.max(axis=0) + 0.5), 0, (width, height))
    across, down = right - left, bottom - top
    if min(across, down) < LEAST:
        return None
    reducing = min(1.0, float(np.sqrt(most / (across * down))))
    size = max(LEAST, round(across * reducing)), max(LEAST, round(down * reducing))
    window = np.ascontiguousarray(b.pixels[int(top) : int(bottom), int(left) : int(right)])
    shrinking = scaling(size, (int(across), int(down))) @ np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]])
    to_grid_of_b = shrinking @ decoding
    laid, there_too = _laid(a, to_grid_of_b @ model, size)
    bare = hollow = None
    if a.alpha is not None and b.alpha is not None:
        hollow = onto(a, to_grid_of_b @ model, size) != onto(b, to_grid_of_b, size)
    elif (a.alpha is None) != (b.alpha is None):
        solid = onto(a, to_grid_of_b @ model, size) if b.alpha is None else onto(b, to_grid_of_b, size)
        bare = there_too & shrunken(~solid)
        there_too &= shrunken(solid)
    to_b = inverse(to_grid_of_b)
    full = reducing == 1.0 and decoded_b == 1.0
    return Overlap(laid, resize(window, size), there_too, inverse(model) @ to_b, to_b, full, bare, hollow)


def inverse(model: Matrix) -> Matrix:
    """The map back."""
    return np.asarray(np.linalg.inv(model), np.float64)


def _laid(picture: Picture, to_grid: Matrix, size: Size) -> tuple[Pixels, Mask]:
    """The picture on the grid, averaged where it is finer, and where on the grid it is."""
    pixels = picture.pixels
    decoded = scaling((pixels.shape[1], pixels.shape[0]), picture.size)
    moving = to_grid @ inverse(decoded)
    shrink = np.minimum(np.linalg.norm(moving[:2, :2], axis=0), 1.0)
    smaller = max(1, round(pixels.shape[1] * shrink[0])), max(1, round(pixels.shape[0] * shrink[1]))
    moving = _whole(moving @ inverse(scaling(smaller, (pixels.shape[1], pixels.shape[0]))), size)
    pixels = resize(pixels, smaller)
    kernel = cv2.INTER_NEAREST if _is_whole(moving) else cv2.INTER_CUBIC  # the same where px fall on px
    laid = cv2.warpAffine(pixels, moving[:2], size, flags=kernel, borderMode=cv2.BORDER_REPLICATE)
    return laid, inside(moving, smaller, size)


def onto(picture: Picture, to_grid: Matrix, size: Size) -> Mask:
    """(h, w) where a picture of which only some is opaque is so, under an affine map to a grid of `size`."""
    assert picture.alpha is not None
    moving = to_grid @ inverse(scaling((picture.pixels.shape[1], picture.pixels.shape[0]), picture.size))
    return np.asarray(
        cv2.warpAffine((picture.alpha >= SOLID).astype(np.uint8), moving[:2], size, flags=cv2.INTER_NEAREST) > 0
    )


def shrunken(mask: Mask) -> Mask:
    """`mask` without its rim, where what is seen mixes with its ground."""
    rim = 2 * round(EDGE) + 1
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((rim, rim), np.uint8)) > 0)


def inside(moving: Matrix, smaller: Size, size: Size) -> Mask:
    """(h, w) where a picture of size `smaller`, moved onto a grid of `size`, covers its px all but wholly."""
    if _is_whole(moving):
        margin = 0.0
    else:
        margin = EDGE / float(np.linalg.norm(moving[:2, :2], axis=0).min())
    width, height = smaller
    corners = np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float64)
    corners += margin * np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    covered = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillConvexPoly(covered, np.rint(256 * project(moving, corners)).astype(np.int32), 1, cv2.LINE_8, shift=8)
    if margin:  # what was turned or scaled mixes with what lay around it, on either side
        rim = round(EDGE)
        covered[:rim] = covered[-rim:] = 0
        covered[:, :rim] = covered[:, -rim:] = 0
    return covered > 0


def _is_whole(moving: Matrix) -> bool:
    return bool((moving == np.rint(moving)).all())


def _whole(moving: Matrix, size: Size) -> Matrix:
    """The map itself, or the one that takes px to px, where over the whole grid the two are the same."""
    rounded = np.rint(moving)
    if abs(abs(np.linalg.det(rounded[:2, :2])) - 1) > 1e-9:
        return moving
    back = inverse(rounded)
    corners = project(back, outline(size))
    off = np.abs(project(moving, corners) - project(rounded, corners)).max()
    return rounded if off <= WHOLE else moving
