"""Where in two pictures lies what both share, told of a network and drawn for any describer with a map."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import MARK, fit, framed, side_by_side
from lookalike.describe.drawing import drawn as drawn_picture
from lookalike.types import Picture, Pixels

SIDE: Final = 224
"""px of each of the two pictures."""
_FADED: Final = 0.25
"""How much of the contrast is left where nothing agrees."""
_OUTLINED: Final = 0.5
"""Level of the outline, on the way from the least agreement (0) to the most (1)."""
_EVEN: Final = 0.2
"""Share of the best of nine parts, below which none stands out."""


def agreement(features: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """(rows, columns) share of each cell of the map (d, rows, columns) in the dot product with the other's row (d,).

    The network's features are never negative, so the shares add up to 1 where anything is shared.
    """
    cells = np.einsum("drc,d->rc", features, other)
    return np.asarray(cells / max(float(cells.sum()), 1e-12), np.float32)


def nearness(
    cells: NDArray[np.float32], strength: NDArray[np.float32], other: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(rows, columns) cosines of cells (rows, columns, d) and the other's unit row (d,), none below 0; their sum is 1.

    For rows that may be negative: each cell is described as if it were the whole picture, and counts by `strength`
    (rows, columns), what the network sees there at all. All 0 where no cosine is above.
    """
    norms = np.maximum(np.linalg.norm(cells, axis=-1), 1e-12)
    near = np.maximum(cells @ other / norms, 0) * strength
    return np.asarray(near / max(float(near.sum()), 1e-12), np.float32)


def told(cells: NDArray[np.float32], cosine: float, unrelated: float) -> str:
    """How much agrees, measured by what unrelated pictures share, and which part of the hit agrees most."""
    if cells.sum() < 0.5:
        return "The network sees nothing that both pictures share."
    if cosine <= unrelated:
        return f"What both show agrees by {cosine:.0%}, no more than in unrelated pictures ({unrelated:.0%})."
    return f"What both show agrees by {cosine:.0%} (in unrelated pictures {unrelated:.0%}), {_most(cells)}."


def drawn(query: Picture, hit: Picture, of_query: NDArray[np.float32], of_hit: NDArray[np.float32]) -> Pixels:
    """The two side by side, in colour and outlined where they agree most, pale and grey where they agree least."""
    return side_by_side([lit(query, of_query), lit(hit, of_hit)])


def _most(cells: NDArray[np.float32]) -> str:
    thirds = _thirds(cells)
    row, column = divmod(int(np.argmax(thirds)), 3)
    if thirds[row, column] < _EVEN:
        return "spread over the whole hit"
    rows, columns = ("upper", "middle", "lower"), ("left", "centre", "right")
    where = "middle" if (row, column) == (1, 1) else f"{rows[row]} {columns[column]}"
    return f"above all in the {where} of the hit"


def lit(picture: Picture, cells: NDArray[np.float32]) -> Pixels:
    """The picture in colour and outlined where cells (rows, columns) are high, pale and grey where they are low."""
    size = fit(picture.size, SIDE)
    colour = drawn_picture(picture.pixels, size)
    grey = cv2.cvtColor(cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    pale = 255 - _FADED * (255 - grey.astype(np.float32))
    light = _levels(cells, size)
    lit = np.round(pale + light[:, :, None] * (colour - pale)).astype(np.uint8)
    outlines, _ = cv2.findContours((light > _OUTLINED).astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return framed(cv2.drawContours(lit, outlines, -1, MARK, 1, cv2.LINE_AA))


def _levels(cells: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """(h, w) agreement from 0, the least of the picture, to 1, the most; 0 where it is the same everywhere."""
    above = cells - cells.min()
    levels = cv2.resize(above / max(float(above.max()), 1e-12), size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(levels, 0, 1), np.float32)


def _thirds(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """(3, 3) sums; a cell on a border counts on the side of its centre."""
    rows = np.minimum(3 * (np.arange(cells.shape[0]) + 0.5) / cells.shape[0], 2.99).astype(int)
    columns = np.minimum(3 * (np.arange(cells.shape[1]) + 0.5) / cells.shape[1], 2.99).astype(int)
    thirds = np.zeros((3, 3), np.float32)
    np.add.at(thirds, (rows[:, None], columns[None]), cells)
    return thirds
