"""Drawings of a descriptor: the patch, the gradients, the surroundings, the bits that it keeps of a place."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import MARK, PAPER, framed, magnified
from lookalike.local.sift import CELLS, TURNS, Sift
from lookalike.local.uniqueness import SelfSimilarity
from lookalike.match.drawing.matches import whole
from lookalike.pixels.colour import rgb_of_grey
from lookalike.protocols import Extractor
from lookalike.types import Pixels

SIDE: Final = 128
"""px of a drawing."""
Row = NDArray[np.float32]


def glimpse(extractor: Extractor, row: NDArray[np.float32] | NDArray[np.uint8]) -> Pixels:
    """(SIDE, SIDE, 3) of one row of the extractor's space."""
    if row.dtype == np.uint8:
        return _squares(np.unpackbits(np.asarray(row, np.uint8)).astype(np.float32))
    numbers = np.asarray(row, np.float32)
    if isinstance(extractor, Sift):
        return _gradients(numbers.reshape(CELLS, CELLS, TURNS))
    if isinstance(extractor, SelfSimilarity):
        return _surroundings(_levels(numbers).reshape(extractor.rings, extractor.sectors))
    return _squares(_levels(numbers))


def _levels(row: Row) -> Row:
    """0 to 1, the least and the greatest of it."""
    return np.asarray((row - row.min()) / max(float(np.ptp(row)), 1e-12), np.float32)


def _squares(levels: Row) -> Pixels:
    """As the patch that they are, or as bits: row by row in a square, whose end may be empty."""
    side = int(np.ceil(np.sqrt(len(levels))))
    filled = np.concatenate([levels, np.ones(side**2 - len(levels), np.float32)])
    return magnified(rgb_of_grey(np.rint(255 * filled).astype(np.uint8).reshape(side, side)), (SIDE, SIDE))


def _gradients(histograms: Row) -> Pixels:
    """(cells, cells, directions) as stars: how strong light changes, each way, in each part."""
    drawn = np.full((SIDE, SIDE, 3), PAPER, np.uint8)
    cell = SIDE / CELLS
    turns = 2 * np.pi * np.arange(TURNS) / TURNS
    arms = 0.5 * cell * histograms / max(float(histograms.max()), 1e-12)
    for down, across in np.ndindex(CELLS, CELLS):
        middle = np.array([across + 0.5, down + 0.5]) * cell
        tips = middle + arms[down, across, :, None] * np.column_stack([np.cos(turns), -np.sin(turns)])
        for tip in tips:
            cv2.line(drawn, whole(middle), whole(tip), MARK, 2, cv2.LINE_AA)
    return framed(drawn)


def _surroundings(levels: Row) -> Pixels:
    """(rings, sectors) where they lie about the middle, inner rings narrow: light is like the middle."""
    rings, sectors = levels.shape
    y, x = (np.indices((SIDE, SIDE)) + 0.5) / (SIDE / 2) - 1
    radius = np.hypot(x, y)
    ring = np.clip(np.floor(rings * (1 + np.log2(np.maximum(radius, 1e-3)) / rings)), 0, rings - 1).astype(int)
    sector = np.floor(sectors * (np.arctan2(y, x) % (2 * np.pi)) / (2 * np.pi)).astype(int) % sectors
    grey = np.where(radius < 1, np.rint(255 * levels[ring, sector]), PAPER)
    return framed(rgb_of_grey(grey.astype(np.uint8)))
