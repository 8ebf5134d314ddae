"""Histograms of oriented gradients
[Dalal & Triggs, Histograms of Oriented Gradients for Human Detection, CVPR 2005]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.agreement import drawn
from lookalike.describe.flatness import with_flatness
from lookalike.describe.reduced import SIDE, reduced_grey
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.telling import agreed
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

BLOCK: Final = 2
"""Cells a block, each way: what contrast is evened out over."""
GRAIN: Final = 0.3
"""Norm of the histograms below which a picture counts as flat; a block with any contrast has a norm of 1."""


@dataclass(frozen=True)
class OrientedGradients:
    """Where edges of each direction are, evened out over blocks of 2 x 2 cells (unit L2 norm)."""

    name: ClassVar[str] = "hog"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "outlines"
    source: ClassVar[str] = "Dalal & Triggs, Histograms of Oriented Gradients for Human Detection, CVPR 2005"
    unrelated: ClassVar[float] = 0.8

    cells: int = 8
    """Cells of the whole picture, each way."""
    directions: int = 9
    """Over half a turn."""

    def __post_init__(self) -> None:
        if self.cells not in (4, 8, 16):
            raise ValueError(f"cells must be 4, 8 or 16, not {self.cells}")
        if not 2 <= self.directions <= 18:
            raise ValueError(f"directions must be from 2 to 18, not {self.directions}")

    @property
    def space(self) -> Space:
        dims = (self.cells - BLOCK + 1) ** 2 * BLOCK**2 * self.directions
        return Space(self.name, digest(self), dims + 1, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) by column and row of the block, column and row of the cell within, direction; then flatness."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, pale where their edges run differently."""
        ours, theirs = self._row(query), self._row(hit)
        blocks = self.cells - BLOCK + 1
        common = (ours[:-1] * theirs[:-1]).reshape(blocks, blocks, -1).sum(axis=2).T.astype(np.float32)
        line = agreed("Where edges lie and how they run", float(ours @ theirs), self.unrelated)
        return Explanation(line, drawn(query, hit, common, common))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        return with_flatness(_extractor(self.cells, self.directions).compute(reduced_grey(picture)).ravel(), GRAIN)


@lru_cache
def _extractor(cells: int, directions: int) -> Any:
    cell = SIDE // cells
    block = BLOCK * cell
    return cv2.HOGDescriptor((SIDE, SIDE), (block, block), (cell, cell), (cell, cell), directions)
