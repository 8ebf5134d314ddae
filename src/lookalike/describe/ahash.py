"""The average hash [Krawetz, Looks Like It, The Hacker Factor Blog, 2011]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.block_hash import BlockHash, block_sums
from lookalike.types import Picture


@dataclass(frozen=True)
class AverageHash(BlockHash):
    """Which blocks of the grey picture are brighter than their mean; none, where all are equal."""

    name: ClassVar[str] = "ahash"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "light and dark, block by block"
    source: ClassVar[str] = "Krawetz, Looks Like It, The Hacker Factor Blog, 2011"
    unrelated: ClassVar[float] = 0.5
    agreement: ClassVar[str] = "Both are brighter, or both darker, than their mean"

    def bits(self, picture: Picture) -> NDArray[np.bool_]:
        blocks = block_sums(picture, self.size)
        brighter: NDArray[np.bool_] = blocks * blocks.size > blocks.sum()
        return brighter
