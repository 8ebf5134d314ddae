"""A geometry drawn as what it claims: one picture laid over the other, and its outline there."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import MARK, PAPER, captioned, drawn, fit, side_by_side
from lookalike.match.drawing.matches import drawn_outline
from lookalike.match.verify.projection import in_front
from lookalike.pixels.resize import scaling
from lookalike.types import Matrix, Picture, Pixels, Size

SIDE: Final = 320
"""px of the longer side of each of the two drawings."""
PALE: Final = 0.35
"""Contrast that b keeps where only b is seen."""


def proof(a: Picture, b: Picture, model: Matrix) -> Pixels:
    """(h, w, 3): a laid over a pale b, and b itself, both with the outline of a as `model` takes it to b."""
    size = fit(b.size, SIDE)
    under = drawn(b.pixels, size)
    laid, covered = _laid(a, b, model, size)
    pale = np.rint(PAPER - PALE * (PAPER - under.astype(np.float32))).astype(np.uint8)
    outline = (drawn_outline(model, a.size, b.size) + 0.5) * (np.array(size) / b.size) - 0.5
    tiles = [np.where(covered[:, :, None], laid, pale), under.copy()]
    for tile in tiles:
        cv2.polylines(tile, [np.rint(outline).astype(np.int32)], True, MARK, 2, cv2.LINE_AA)
    return side_by_side([captioned(tiles[0], "A, laid over B"), captioned(tiles[1], "B, with the outline of A")])


def _laid(a: Picture, b: Picture, model: Matrix, size: Size) -> tuple[Pixels, NDArray[np.bool_]]:
    """A as b shows it, at that size of b, and where it lies."""
    # What shrinks is averaged first: a warp takes single px.
    scale = float(np.sqrt(abs(np.linalg.det(model[:2, :2] / model[2, 2])))) * size[0] / b.size[0]
    factor = min(1.0, scale * a.size[0] / a.pixels.shape[1])
    width, height = (max(1, round(factor * side)) for side in a.pixels.shape[1::-1])
    reduced = cv2.resize(a.pixels, (width, height), interpolation=cv2.INTER_AREA)
    there = scaling(size, b.size) @ model @ np.linalg.inv(scaling((width, height), a.size))
    laid = cv2.warpPerspective(reduced, there, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    covered = cv2.warpPerspective(np.full((height, width), 255, np.uint8), there, size, flags=cv2.INTER_NEAREST) > 0
    ground = in_front(there, (width, height), size)
    return np.asarray(laid, np.uint8), np.asarray(covered if ground is None else covered & ground)
