"""The gradient hash [Krawetz, Kind of Like That, The Hacker Factor Blog, 2013]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.block_hash import FINENESS, BlockHash
from lookalike.types import Size


@dataclass(frozen=True)
class DifferenceHash(BlockHash):
    """Where the grey picture, size + 1 columns by size rows, grows brighter from left to right.

    No bit is set where nothing changes.
    """

    name: ClassVar[str] = "dhash"
    revision: ClassVar[int] = 3
    compares: ClassVar[str] = "fine layout"
    source: ClassVar[str] = "Krawetz, Kind of Like That, The Hacker Factor Blog, 2013"
    unrelated: ClassVar[float] = 0.5
    agreement: ClassVar[str] = "From left to right, light and dark change the same way"
    band: ClassVar[float] = 1

    @property
    def grid(self) -> Size:
        return FINENESS * (self.size + 1), FINENESS * self.size

    def bits_of(self, greys: NDArray[np.uint8]) -> NDArray[np.bool_]:
        levels = self.levels(greys)
        brighter: NDArray[np.bool_] = levels[:, :, 1:] > levels[:, :, :-1]
        return brighter
