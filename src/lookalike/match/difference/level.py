"""Where two aligned pictures differ in light or colour over more than a point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.channels import most
from lookalike.match.difference.order_statistics import quantile
from lookalike.match.difference.overlap import Mask, Overlap
from lookalike.match.difference.residual import Residual
from lookalike.match.difference.sharpness import blurred
from lookalike.match.difference.tone_bound import LUMA, Plane

CELL: Final = 8
"""px of the cells whose means are compared."""
CELLS: Final = 24
"""Cells along the shorter side, at least: cells of small pictures are smaller."""
LIGHT: Final = 20.0
"""Levels of luma that a cell may be off, and where noise is stronger, so many of its spreads:"""
COLOUR: Final = 14.0
"""Levels that its colour may be off."""
DYE: Final = 10.0
"""Levels that the mean colour of `WIDE` cells each way may be off: JPEG of quality 10 has one flat colour off by 9."""
WIDE: Final = 5
OF_NOISE: Final = 4.0
"""Times the noise of the light, that both may be off besides: JPEG keeps less of colour than of light."""
EVEN: Final = 0.25
"""Share of the cells that are taken to be off by noise alone; and of such means, which have hardly any:"""
GROUND: Final = 0.1
SPREADS: Final = 5.0
MOST: Final = 2.0
"""Times the least, that noise allows: where all is off, it is no noise."""
MIXED: Final = 0.35
"""Share of the contrast within a cell that its mean may be off by, being out of place."""
ROUNDS: Final = 4
LENIENT: Final = 8.0


@dataclass(frozen=True, eq=False)
class Levels:
    """(h, w) how far light and colour are off, by what is allowed, in cells of the overlap."""

    light: Plane
    colour: Plane


def levels(found: Overlap, left: Residual) -> Levels:
    """Levels of the cells, as sharp and as full of noise as `left` has found the two to be.

    Where a slow change over the picture explains the light, as of a lamp at its side, nothing is off.
    """
    height, width = found.both.shape
    cell = max(1, min(CELL, min(height, width) // CELLS))
    size = max(2, round(width / cell)), max(2, round(height / cell))
    a, b = (_small(pixels, size).astype(np.float32) for pixels in (found.a, found.b))
    # Of both as they came: what a blur spreads over an edge may be a little too much or too little.
    mixed = _mixed(a, b)
    of_colour = _mixed(_chroma(a), _chroma(b))  # black letters have an edge, and none of colour
    a, b = (
        blurred(plane, blur / cell if blur > cell / 4 else 0.0)
        for plane, blur in ((a, left.blurred_a), (b, left.blurred_b))
    )
    inside = cv2.resize(found.both.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 252
    change = b - a
    light = np.asarray(change @ LUMA.astype(np.float32), np.float32)
    light = light - _slow(light, inside)
    colour = _chroma(change)
    of_cells = _by(most(np.abs(colour)), COLOUR + OF_NOISE * left.noise, inside, of_colour)
    dye = most(np.abs(_wide(colour, inside)))
    of_dye = _by(dye, DYE + left.noise, inside, _wide(of_colour, inside), GROUND)
    return Levels(
        _by(np.asarray(np.abs(light), np.float32), LIGHT + OF_NOISE * left.noise, inside, mixed),
        np.maximum(of_cells, of_dye),
    )


def _wide(plane: Plane, inside: Mask) -> Plane:
    """Means of what is `inside` of `WIDE` cells each way."""
    held = inside.astype(np.float32)
    share = np.maximum(cv2.blur(held, (WIDE, WIDE)), 1e-6)
    weights = held if plane.ndim == 2 else held[..., None]
    return np.asarray(cv2.blur(plane * weights, (WIDE, WIDE)) / (share if plane.ndim == 2 else share[..., None]))


def _small(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    small: NDArray[np.uint8] = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return small


def _chroma(plane: Plane) -> Plane:
    """(h, w, 3) levels without luma."""
    return np.asarray(plane - (plane @ LUMA.astype(np.float32))[..., None], np.float32)


def _mixed(a: Plane, b: Plane) -> Plane:
    """Levels that cells may be off, since an edge runs through them or beside them."""
    return np.asarray(MIXED * np.maximum(_contrast(a), _contrast(b)), np.float32)


def _by(off: Plane, least: float, inside: Mask, mixed: Plane, even: float = EVEN) -> Plane:
    if not inside.any():
        return np.zeros(off.shape, np.float32)
    usual = 3.14 * quantile(off[inside], even)  # the spread of noise; goods may be most of the picture
    return np.where(inside, off / (min(max(least, SPREADS * usual), MOST * least) + mixed), 0).astype(np.float32)


def _contrast(small: Plane) -> Plane:
    """Contrast of each cell with its neighbours: an edge through it puts its mean between theirs."""
    square = np.ones((3, 3), np.uint8)
    return np.asarray(most(cv2.dilate(small, square) - cv2.erode(small, square)) / 2, np.float32)


def _slow(light: Plane, inside: Mask) -> Plane:
    """The curved surface of second degree that the light lies on."""
    height, width = light.shape
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    rows, values = terms[inside], light[inside]
    if len(values) < 60:
        return np.zeros(light.shape, np.float32)
    weights = np.ones(len(values))
    solution: NDArray[np.floating] = np.zeros(6)
    for _ in range(ROUNDS):
        weighted = rows * weights[:, None]
        solution = np.linalg.solve(weighted.T @ rows + 1e-3 * np.eye(6), weighted.T @ values)
        weights = 1 / (1 + np.square((values - rows @ solution) / LENIENT))
    return np.asarray(terms @ solution, np.float32)
