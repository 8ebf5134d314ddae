"""The average hash [Krawetz, Looks Like It, The Hacker Factor Blog, 2011]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.block_hash import BlockHash


@dataclass(frozen=True)
class AverageHash(BlockHash):
    """Which blocks of the grey picture are brighter than their mean; none, where all are equal."""

    name: ClassVar[str] = "ahash"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "light and dark, block by block"
    source: ClassVar[str] = "Krawetz, Looks Like It, The Hacker Factor Blog, 2011"
    unrelated: ClassVar[float] = 0.5
    agreement: ClassVar[str] = "Both are brighter, or both darker, than their mean"
    band: ClassVar[float] = 2

    def bits_of(self, greys: NDArray[np.uint8]) -> NDArray[np.bool_]:
        levels = self.levels(greys)
        brighter: NDArray[np.bool_] = levels * self.size**2 > levels.sum(axis=(1, 2), keepdims=True)
        return brighter
