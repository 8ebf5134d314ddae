"""The picture that local features are computed on, and the way from its px to those of the original."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.pixels.planes import grey
from lookalike.pixels.resize import resize
from lookalike.types import Picture, Size

SMALLEST: Final = 8
"""px, of a working picture that anything is looked for in."""


@dataclass(frozen=True, eq=False)
class Working:
    """A picture in grey, reduced, and the size of the original."""

    grey: NDArray[np.uint8]
    original: Size

    @property
    def is_tiny(self) -> bool:
        """Too small for any keypoint."""
        return bool(min(self.grey.shape) < SMALLEST)

    @property
    def is_even(self) -> bool:
        """All of one level of grey."""
        return bool((self.grey == self.grey[0, 0]).all())

    @property
    def ratio(self) -> NDArray[np.float64]:
        """(2,) px of the original a working px, across and down."""
        height, width = self.grey.shape
        return np.array(self.original) / (width, height)

    @property
    def scale(self) -> float:
        """px of the original a working px, whichever way."""
        return float(np.sqrt(self.ratio.prod()))

    def to_original(self, xy: NDArray[np.floating]) -> NDArray[np.float32]:
        """(k, 2) working px as px of the original: edges fall on edges, and centres of px lie at integers in both."""
        return ((xy + 0.5) * self.ratio - 0.5).astype(np.float32)

    def from_original(self, xy: NDArray[np.floating]) -> NDArray[np.float32]:
        """The way back."""
        return ((xy + 0.5) / self.ratio - 0.5).astype(np.float32)


def working(picture: Picture, side: int) -> Working:
    """`picture` in grey with at most `side` px on its longer side; never enlarged."""
    height, width = picture.pixels.shape[:2]
    factor = min(1.0, side / max(picture.size), side / max(width, height))
    wanted = (max(1, round(picture.size[0] * factor)), max(1, round(picture.size[1] * factor)))
    size = (min(width, wanted[0]), min(height, wanted[1]))
    reduced = picture.plane(("grey", *size), lambda _: resize(grey(picture), size))
    return Working(reduced, picture.size)
