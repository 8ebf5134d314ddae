"""Fields that all methods of this room have: how large a picture they work on, how many keypoints they keep."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Self

import numpy as np

from lookalike.registry import formerly
from lookalike.types import Keypoints, Size

STRIP: Final = 3
"""Times that a picture is longer than wide, from which on it is a strip: a scroll, a receipt, a panorama."""
TILE: Final = 2
"""Times that a tile of a strip is longer than wide."""
TILES: Final = 8
"""Tiles of a strip that have keypoints of their own, the most: a longer one is reduced further."""


@dataclass(frozen=True)
class Limited:
    """Works on the grey picture, reduced to `side` px on its longer side."""

    side: int = 640
    """px, the most that the longer side keeps."""
    max_keypoints: int = field(default=1000, metadata=formerly("budget"))
    """Keypoints, the most that are kept."""

    def __post_init__(self) -> None:
        if self.side < 16 or self.max_keypoints < 1:
            raise ValueError(
                f"side is 16 px or more and max_keypoints 1 or more, not {self.side} and {self.max_keypoints}"
            )

    def fitted(self, size: Size) -> Self:
        """Itself, or for a strip of `size` (w, h) with the side and the keypoints of all its tiles together."""
        longer = max(size) / min(size)
        if longer <= STRIP:
            return self
        tiles = min(longer / TILE, TILES)
        return replace(self, side=round(self.side * tiles), max_keypoints=round(self.max_keypoints * tiles))

    @property
    def min_side(self) -> int:
        return self.side


def none_of(size: Size) -> Keypoints:
    """No keypoints, of a picture of that size."""
    return Keypoints(np.zeros((0, 2), np.float32), np.zeros(0, np.float32), size)
