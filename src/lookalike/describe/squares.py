"""Pixels of a picture as a network sees them, kept as a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lookalike.describe.network_pass import squares
from lookalike.registry import digest
from lookalike.types import Picture, Space, Vectors


@dataclass(frozen=True)
class Squares:
    """RGB of the picture squeezed into a square of `side` px, row by row; bytes, which nobody searches in."""

    name: ClassVar[str] = "squares"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "pixels"
    source: ClassVar[str] = "the picture itself"
    unrelated: ClassVar[float] = 0.5

    side: int = 32

    def __post_init__(self) -> None:
        if not 16 <= self.side <= 256:
            raise ValueError(f"side is 16 to 256 px, not {self.side}")

    @property
    def space(self) -> Space:
        """Three bytes a px, in the metric of what is kept as bytes."""
        return Space(self.name, digest(self), 8 * 3 * self.side**2, "hamming")

    @property
    def min_side(self) -> int:
        """Side of the square."""
        return self.side

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, 3 side^2) uint8."""
        if not pictures:
            return np.empty((0, 3 * self.side**2), np.uint8)
        return squares(pictures, self.side).reshape(len(pictures), -1)
