"""The few strongest Haar wavelets of a picture, by their signs alone
[Jacobs, Finkelstein & Salesin, Fast Multiresolution Image Querying, SIGGRAPH 1995]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.colour_space import MIDDLE, channels, rgb_of_ycbcr
from lookalike.describe.drawing import HEAD, headed, side_by_side, tile
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.pixels.resize import resize
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Pixels, Space, Vectors

LIGHT: Final = 0.5
"""Weight of light; blue and red share the rest."""
FLAT: Final = 1e-3
"""Value of a row in place of light's mean, so that a grey and even picture has one as well."""


@dataclass(frozen=True)
class StrongestWavelets:
    """Signs of the `kept` strongest wavelets of light, of blue and of red, 0 elsewhere (unit L2 norm)."""

    name: ClassVar[str] = "wavelet"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "the strongest edges of light and colour, coarse and fine"
    source: ClassVar[str] = "Jacobs, Finkelstein & Salesin, Fast Multiresolution Image Querying, SIGGRAPH 1995"
    unrelated: ClassVar[float] = 0.01

    size: int = 16
    """Side in px of the picture that is taken apart; a power of two."""
    kept: int = 40
    """Wavelets of each channel."""

    def __post_init__(self) -> None:
        if self.size not in (4, 8, 16, 32, 64):
            raise ValueError(f"size must be 4, 8, 16, 32 or 64, not {self.size}")
        if not 1 <= self.kept < self.size**2:
            raise ValueError(f"kept must be from 1 to {self.size**2 - 1}, not {self.kept}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), 3 * self.size**2, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, 3 size^2) light, blue, red, by row and column of the transform; first flatness, for light's mean."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and what the wavelets that are kept make up."""
        ours, theirs = self._row(query), self._row(hit)
        agreeing, opposed = int(np.count_nonzero(ours * theirs > 0)), int(np.count_nonzero(ours * theirs < 0))
        left = side_by_side([tile(self._rebuilt(picture), picture.size, HEAD) for picture in (query, hit)])
        line = f"Of the {3 * self.kept} strongest wavelets {agreeing} are shared; {opposed} are opposed."
        return Explanation(line, headed(query, hit, left))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        light, *colours = (np.sign(_strongest(one, self.kept)) for one in self._transforms(picture))
        parts = [light * np.sqrt(LIGHT), *(colour * np.sqrt((1 - LIGHT) / 2) for colour in colours)]
        row = np.concatenate([part.ravel() for part in parts])
        row[0] = FLAT
        unit: NDArray[np.float64] = row / float(np.linalg.norm(row))
        return unit

    def _transforms(self, picture: Picture) -> list[NDArray[np.float64]]:
        """(size, size) of light without its mean, of blue and of red."""
        planes = channels(picture, "ycbcr")
        small = [resize(np.ascontiguousarray(planes[:, :, at]), (self.size, self.size)) for at in range(3)]
        light, *colours = (haar(plane.astype(np.float64) - MIDDLE) for plane in small)
        light[0, 0] = 0
        return [light, *colours]

    def _rebuilt(self, picture: Picture) -> Pixels:
        planes = np.stack([unhaar(_strongest(one, self.kept)) for one in self._transforms(picture)], axis=2)
        return rgb_of_ycbcr(planes)


def _strongest(transform: NDArray[np.float64], kept: int) -> NDArray[np.float64]:
    """0 but for the `kept` largest; none of those that are equal to one that is left out."""
    sizes = np.abs(transform)
    return np.where(sizes > np.partition(sizes, -kept - 1, axis=None)[-kept - 1], transform, 0)


def haar(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    """(side, side) orthonormal wavelets, the coarsest first; side is a power of two."""
    transform = plane.astype(np.float64)
    side = len(plane)
    while side > 1:
        for _ in range(2):  # the rows, then the columns
            pairs = transform[:side, :side].reshape(side, side // 2, 2)
            sums, differences = pairs.sum(axis=2), pairs[:, :, 0] - pairs[:, :, 1]
            transform[:side, :side] = (np.concatenate([sums, differences], axis=1) / np.sqrt(2)).T
        side //= 2
    return transform


def unhaar(transform: NDArray[np.float64]) -> NDArray[np.float64]:
    """(side, side) of which `transform` is the transform."""
    plane = transform.copy()
    side = 2
    while side <= len(plane):
        for _ in range(2):
            sums, differences = np.split(plane[:side, :side].T, 2, axis=1)
            pairs = np.stack([sums + differences, sums - differences], axis=2)
            plane[:side, :side] = pairs.reshape(side, side) / np.sqrt(2)
        side *= 2
    return plane
