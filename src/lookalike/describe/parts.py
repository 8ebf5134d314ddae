"""Rows of grey values drawn as the pictures that they are: means, centres, eigenfaces, parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import in_rows, magnified
from lookalike.pixels.colour import rgb_of_grey
from lookalike.types import Pixels

COLUMNS: Final = 8
TILE: Final = 72
"""px of each."""


def light(values: NDArray[np.floating], tile: int = TILE) -> Pixels:
    """A row of light, 0 to 1, as a square of `tile` px and a thin frame."""
    return magnified(square(values), (tile, tile))


def part(values: NDArray[np.floating], tile: int = TILE) -> Pixels:
    """A part that is added, as a tile: as large as it gets is white; where it also takes away, grey is nothing."""
    most = max(float(np.abs(values).max()), 1e-12)
    return light(values / most if values.min() >= 0 else 0.5 + 0.5 * values / most, tile)


def sheet(tiles: Sequence[Pixels]) -> Pixels:
    """In rows of `COLUMNS`."""
    return in_rows(tiles, COLUMNS)


def square(values: NDArray[np.floating]) -> Pixels:
    """A row of light, 0 to 1, as the square that it is of."""
    side = int(np.sqrt(values.size))
    return rgb_of_grey(np.clip(np.rint(255 * values), 0, 255).astype(np.uint8).reshape(side, side))
