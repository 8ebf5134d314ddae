"""The gradient hash [Krawetz, Kind of Like That, The Hacker Factor Blog, 2013]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.block_hash import BlockHash
from lookalike.pixels.planes import small_grey
from lookalike.types import Picture


@dataclass(frozen=True)
class DifferenceHash(BlockHash):
    """Where the grey picture, size + 1 columns by size rows, grows brighter from left to right.

    No bit is set where nothing changes.
    """

    name: ClassVar[str] = "dhash"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "fine layout"
    source: ClassVar[str] = "Krawetz, Kind of Like That, The Hacker Factor Blog, 2013"
    unrelated: ClassVar[float] = 0.5
    agreement: ClassVar[str] = "From left to right, light and dark change the same way"

    def bits(self, picture: Picture) -> NDArray[np.bool_]:
        grey = small_grey(picture, self.size + 1, self.size)
        brighter: NDArray[np.bool_] = grey[:, 1:] > grey[:, :-1]
        return brighter
