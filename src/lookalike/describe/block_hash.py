"""Hashes with one bit a block of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import drawn, fit, grid_marked, side_by_side
from lookalike.describe.hamming import SquareHash
from lookalike.describe.lanczos import reduced_by
from lookalike.types import Explanation, Picture, Size

FINENESS = 4
"""px a block, each way, of the picture that `levels` reduces: that of `phash`, reduced once for both."""
TILE = 220
"""px of each picture in an explanation."""


@dataclass(frozen=True)
class BlockHash(SquareHash):
    """Bits that lie where they were found, so that the blocks that differ can be shown."""

    agreement: ClassVar[str]
    """Meaning of an equal bit, as in '... in 60 of 64 blocks'."""
    band: ClassVar[float]
    """Frequencies that blocks are told from, in units of the highest that they can hold (decision 0020)."""

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, with the blocks marked whose bits differ."""
        differing = self.bits(query) != self.bits(hit)
        tiles = [grid_marked(drawn(picture.pixels, fit(picture.size, TILE)), differing) for picture in (query, hit)]
        blocks = differing.size
        ending = "; the others are marked." if differing.any() else "."
        line = f"{self.agreement} in {blocks - np.count_nonzero(differing)} of {blocks} blocks{ending}"
        return Explanation(line, side_by_side(tiles))

    @property
    def grid(self) -> Size:
        return FINENESS * self.size, FINENESS * self.size

    def levels(self, greys: NDArray[np.uint8]) -> NDArray[np.float64]:
        """(n, blocks down, blocks across) of (n, h, w), not rounded to a grey level: few are equal."""
        return reduced_by(FINENESS, greys, self.band)
