"""Binary codes of one square of bits a picture, compared by the number of bits that differ."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.registry import digest
from lookalike.types import Picture, Space, Vectors

SIZES = range(4, 33, 4)
"""Sides that a square of bits may have: their squares fill whole bytes."""


@dataclass(frozen=True)
class SquareHash(ABC):
    """What the hashes have in common: a kind says which bits a picture has."""

    name: ClassVar[str]

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
        """(n, size^2 / 8) bits row by row."""
        return stacked(self.space, (packed(self.bits(picture)) for picture in pictures))

    @abstractmethod
    def bits(self, picture: Picture) -> NDArray[np.bool_]:
        """(size, size)"""


def check_size(size: int) -> None:
    """Raises ValueError where `size` is not one of `SIZES`."""
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(map(str, SIZES))}, not {size}")


def packed(bits: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """(size * size / 8,) bits row by row, the first in the highest place of the first byte."""
    return np.packbits(bits)


def above_median(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of an even number of values lie above their median: half of them, less where values are equal."""
    ordered = np.sort(values, axis=None)
    above: NDArray[np.bool_] = 2 * values > ordered[values.size // 2 - 1] + ordered[values.size // 2]
    return above
