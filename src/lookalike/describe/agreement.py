"""Where in a picture lies what it shares with another one, told and drawn."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import drawn as drawn_picture
from lookalike.describe.drawing import fit, side_by_side
from lookalike.types import Picture, Pixels

SIDE = 224
"""px of each of the two pictures."""
_OPACITY = 0.5


def agreement(features: NDArray[np.float32], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, columns) share of each cell of the map (d, rows, columns) in the dot product with the query (d,).

    The network's features are never negative, so the shares add up to 1 where anything is shared.
    """
    cells = np.einsum("drc,d->rc", features, query)
    return np.asarray(cells / max(float(cells.sum()), 1e-12), np.float32)


def told(cells: NDArray[np.float32]) -> str:
    """Which part agrees most, and with which share of the whole."""
    if cells.sum() < 0.5:
        return "The network sees nothing that both pictures share."
    thirds = _thirds(cells)
    row, column = divmod(int(np.argmax(thirds)), 3)
    rows, columns = ("upper", "middle", "lower"), ("left", "centre", "right")
    where = "middle" if (row, column) == (1, 1) else f"{rows[row]} {columns[column]}"
    return f"What both show lies most in the {where} of the hit: {thirds[row, column]:.0%} of what agrees."


def drawn(query: Picture, hit: Picture, cells: NDArray[np.float32]) -> Pixels:
    """The query side_by_side the hit, the hit tinted from blue (no agreement) to red (the most)."""
    size = fit(hit.size, SIDE)
    picture = cv2.resize(hit.pixels, size, interpolation=cv2.INTER_AREA)
    heat = cv2.resize(cells / max(float(cells.max()), 1e-12), size, interpolation=cv2.INTER_CUBIC)
    levels = np.clip(heat * 255, 0, 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_TURBO), cv2.COLOR_BGR2RGB)
    tinted = cv2.addWeighted(picture, 1 - _OPACITY, colours, _OPACITY, 0)
    return side_by_side([drawn_picture(query.pixels, fit(query.size, SIDE)), np.asarray(tinted, np.uint8)])


def _thirds(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3, 3) sums; a cell on a border counts on the side of its centre."""
    rows = np.minimum(3 * (np.arange(cells.shape[0]) + 0.5) / cells.shape[0], 2.99).astype(int)
    columns = np.minimum(3 * (np.arange(cells.shape[1]) + 0.5) / cells.shape[1], 2.99).astype(int)
    thirds = np.zeros((3, 3), np.float32)
    np.add.at(thirds, (rows[:, None], columns[None]), cells)
    return thirds
