"""Local binary patterns, uniform and rotation invariant, at several radii
[Ojala, Pietikainen & Maenpaa, Multiresolution Gray-Scale and Rotation Invariant Texture Classification, PAMI 2002]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.bars import named_back_to_back
from lookalike.describe.drawing import headed
from lookalike.describe.reduced import reduced_grey
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.telling import agreed
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

ONE: Final = 64
"""The integer that stands for 1 in the weights of interpolation: 255 * ONE fits into 16 bits."""
KINDS: Final = ("bright spots", "bright corners", "edges", "dark corners", "dark spots, even parts", "no clear pattern")
"""Kinds of patterns, by the share of neighbours that are brighter: up to 1/8, 3/8, 5/8, 7/8, all; not uniform."""


@dataclass(frozen=True)
class LocalBinaryPatterns:
    """How often each pattern of brighter and darker neighbours occurs, as Hellinger vectors (unit L2 norm).

    A pattern is how many of the neighbours on a circle are at least as bright, where those lie together;
    all other patterns count as one.
    """

    name: ClassVar[str] = "lbp"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "fine texture"
    source: ClassVar[str] = "Ojala, Pietikainen & Maenpaa, PAMI 2002"
    unrelated: ClassVar[float] = 0.99

    radii: tuple[int, ...] = (1, 2, 3)
    """px; each has 8 neighbours for every px of it, 24 at most."""

    def __post_init__(self) -> None:
        if not self.radii or not all(1 <= radius <= 16 for radius in self.radii):
            raise ValueError(f"radii must be from 1 to 16, not {self.radii}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), sum(neighbours(radius) + 2 for radius in self.radii), "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) by radius; 0 brighter neighbours, 1, ... all, then what is not uniform."""
        return stacked(self.space, (np.sqrt(self._shares(picture)) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and how much of each is bright spots, edges, even parts ..."""
        ours, theirs = self._shares(query), self._shares(hit)
        bars = named_back_to_back(self._kinds(ours), self._kinds(theirs), KINDS)
        likeness = float(np.sqrt(ours) @ np.sqrt(theirs))
        return Explanation(agreed("The fine texture", likeness, self.unrelated), headed(query, hit, bars))

    def kinds(self, picture: Picture) -> NDArray[np.float64]:
        """(len(KINDS),) share of each kind of pattern over all radii."""
        return self._kinds(self._shares(picture))

    def _kinds(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """(kinds,) shares over all radii."""
        brighter = [np.append(np.arange(points + 1) / points, 2) for points in map(neighbours, self.radii)]
        kinds = np.searchsorted((1 / 8, 3 / 8, 5 / 8, 7 / 8, 1), np.concatenate(brighter) - 1e-9)
        return np.asarray(np.bincount(kinds, shares, minlength=len(KINDS)), np.float64)

    def _shares(self, picture: Picture) -> NDArray[np.float64]:
        grey = reduced_grey(picture)
        parts = []
        for radius in self.radii:
            counts = np.bincount(patterns(grey, radius).ravel(), minlength=neighbours(radius) + 2)
            parts.append(counts / counts.sum())
        return np.concatenate(parts) / len(parts)


def neighbours(radius: int) -> int:
    """Number of points on the circle."""
    return min(8 * radius, 24)


def patterns(grey: NDArray[np.uint8], radius: int) -> NDArray[np.uint8]:
    """(h - 2 radius, w - 2 radius) pattern of each px that has all of its neighbours: 0 to neighbours + 1."""
    points = neighbours(radius)
    height, width = grey.shape[0] - 2 * radius, grey.shape[1] - 2 * radius
    plane = grey.astype(np.int16)
    centre = plane[radius : radius + height, radius : radius + width] * np.int16(ONE)
    codes = np.zeros((height, width), np.uint32)
    for point, corners in enumerate(_circle(radius)):
        value = sum(
            plane[radius + y : radius + y + height, radius + x : radius + x + width] * weight
            for y, x, weight in corners
        )
        codes |= (value >= centre).astype(np.uint32) << np.uint32(point)
    turned = (codes >> np.uint32(1)) | ((codes & np.uint32(1)) << np.uint32(points - 1))
    changes, brighter = np.bitwise_count(codes ^ turned), np.bitwise_count(codes)
    uniform: NDArray[np.uint8] = np.where(changes <= 2, brighter, np.uint8(points + 1))
    return uniform


@lru_cache
def _circle(radius: int) -> list[list[tuple[int, int, np.int16]]]:
    """Pixels (down, right) that each neighbour lies between, with their weights, which add up to ONE."""
    circle = []
    for angle in 2 * np.pi * np.arange(neighbours(radius)) / neighbours(radius):
        down, right = -radius * np.sin(angle), radius * np.cos(angle)
        y, x = int(np.floor(down + 1e-9)), int(np.floor(right + 1e-9))
        below, beside = round(8 * (down - y)), round(8 * (right - x))
        corners = [
            (y, x, (8 - below) * (8 - beside)),
            (y, x + 1, (8 - below) * beside),
            (y + 1, x, below * (8 - beside)),
            (y + 1, x + 1, below * beside),
        ]
        circle.append([(y, x, np.int16(weight)) for y, x, weight in corners if weight])
    return circle
