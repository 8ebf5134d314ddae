"""The gradient hash [Krawetz, Kind of Like That, The Hacker Factor Blog, 2013]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import drawn, fit, grid_marked, side_by_side
from lookalike.describe.hamming import check_size, packed
from lookalike.describe.reduced import reduced_grey
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

TILE = 220
"""px of each picture in an explanation."""


@dataclass(frozen=True)
class DifferenceHash:
    """Where the grey picture, size + 1 columns by size rows, grows brighter from left to right."""

    name: ClassVar[str] = "dhash"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "fine layout"
    source: ClassVar[str] = "Krawetz, Kind of Like That, The Hacker Factor Blog, 2013"
    unrelated: ClassVar[float] = 0.52

    size: int = 8
    """Side of the square of bits."""

    def __post_init__(self) -> None:
        check_size(self.size)

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.size**2, "hamming")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, size^2 / 8) bits from the top left; none is set where nothing changes."""
        return stacked(self.space, (packed(self._bits(picture)) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, with the blocks marked where light changes in another way."""
        differing = self._bits(query) != self._bits(hit)
        tiles = [grid_marked(drawn(picture.pixels, fit(picture.size, TILE)), differing) for picture in (query, hit)]
        blocks = differing.size
        line = (
            "From left to right, light and dark change the same way "
            f"in {blocks - np.count_nonzero(differing)} of {blocks} blocks"
        )
        ending = "; the others are marked." if differing.any() else "."
        return Explanation(line + ending, side_by_side(tiles))

    def _bits(self, picture: Picture) -> NDArray[np.bool_]:
        """(size, size)"""
        grey = reduced_grey(picture, self.size + 1, self.size)
        brighter: NDArray[np.bool_] = grey[:, 1:] > grey[:, :-1]
        return brighter
