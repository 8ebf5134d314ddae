"""Binary codes of one square of bits a picture, compared by the number of bits that differ."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.side import MIN_SIDE
from lookalike.pixels.planes import small_grey
from lookalike.registry import digest
from lookalike.types import Picture, Size, Space, Vectors

SIZES = range(4, 33, 4)
"""Sides that a square of bits may have: their squares fill whole bytes."""


@dataclass(frozen=True)
class SquareHash(ABC):
    """A hash of size x size bits; each kind says which bits a picture has."""

    name: ClassVar[str]

    size: int = 8
    """Side of the square of bits."""

    def __post_init__(self) -> None:
        check_size(self.size)

    @cached_property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.size**2, "hamming")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, size^2 / 8) bits row by row, the first in the highest place of the first byte."""
        bits = self.bits_of(self.greys(pictures))
        return np.packbits(bits.reshape(len(bits), self.size**2), axis=1)

    def bits(self, picture: Picture) -> NDArray[np.bool_]:
        """(size, size)"""
        square: NDArray[np.bool_] = self.bits_of(self.greys([picture]))[0]
        return square

    def greys(self, pictures: Sequence[Picture]) -> NDArray[np.uint8]:
        """(n, h, w): what this hash looks at. A stack takes a tenth of the time of one picture after the other."""
        width, height = self.grid
        return np.array([small_grey(picture, width, height) for picture in pictures], np.uint8).reshape(
            -1, height, width
        )

    @property
    @abstractmethod
    def grid(self) -> Size:
        """px that the whole grey picture is reduced to, (w, h)."""

    @abstractmethod
    def bits_of(self, greys: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """(n, size, size) of (n, h, w)."""


def check_size(size: int) -> None:
    """Raises ValueError where `size` is not one of `SIZES`."""
    if size not in SIZES:
        raise ValueError(f"size must be one of {', '.join(map(str, SIZES))}, not {size}")


def above_median(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of each square of (n, size, size) lie above its median: half of them, less where values are equal."""
    count, height, width = values.shape
    ordered = np.sort(values.reshape(count, height * width), axis=1)
    middle = height * width // 2
    twice = ordered[:, middle - 1] + ordered[:, middle]
    above: NDArray[np.bool_] = 2 * values > twice[:, None, None]
    return above
