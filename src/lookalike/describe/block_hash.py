"""Hashes with one bit a block of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import drawn, fit, grid_marked, side_by_side
from lookalike.describe.hamming import SquareHash
from lookalike.pixels.planes import small_grey
from lookalike.types import Explanation, Picture

FINENESS = 4
"""px a block, each way, of the picture that `block_sums` adds up: that of `phash`, reduced once for both."""
TILE = 220
"""px of each picture in an explanation."""


@dataclass(frozen=True)
class BlockHash(SquareHash):
    """Bits that lie where they were found, so that the blocks that differ can be shown."""

    agreement: ClassVar[str]
    """What an equal bit means, as in '... in 60 of 64 blocks'."""

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, with the blocks marked whose bits differ."""
        differing = self.bits(query) != self.bits(hit)
        tiles = [grid_marked(drawn(picture.pixels, fit(picture.size, TILE)), differing) for picture in (query, hit)]
        blocks = differing.size
        ending = "; the others are marked." if differing.any() else "."
        line = f"{self.agreement} in {blocks - np.count_nonzero(differing)} of {blocks} blocks{ending}"
        return Explanation(line, side_by_side(tiles))


def block_sums(picture: Picture, size: int) -> NDArray[np.int64]:
    """(size, size) grey levels of equal blocks, summed rather than rounded to one level: few blocks are equal."""
    grey = small_grey(picture, FINENESS * size, FINENESS * size)
    sums: NDArray[np.int64] = grey.reshape(size, FINENESS, size, FINENESS).sum(axis=(1, 3), dtype=np.int64)
    return sums
