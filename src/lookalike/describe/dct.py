"""The lowest frequencies of light and colour: a colour layout
[Kasutani & Yamada, The MPEG-7 Color Layout Descriptor, ICIP 2001]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.colour_space import MIDDLE, channels, rgb_of_ycbcr
from lookalike.describe.cosines import ONE, inverse, low_frequencies
from lookalike.describe.drawing import HEAD, headed, side_by_side, tile
from lookalike.describe.flatness import with_flatness
from lookalike.describe.reduced import SIDE
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.telling import agreed
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Pixels, Space, Vectors

GRAIN: Final = 0.5
"""Norm of a row below which a picture counts as without layout: grey, and even."""


@dataclass(frozen=True)
class CosineTransform:
    """Signed roots of the lowest frequencies of light, of blue and of red (unit L2 norm)."""

    name: ClassVar[str] = "dct"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "the layout of light and colour"
    source: ClassVar[str] = "Kasutani & Yamada, The MPEG-7 Color Layout Descriptor, ICIP 2001"
    unrelated: ClassVar[float] = 0.03

    size: int = 8
    """Frequencies of light, each way; of blue and red half as many."""

    def __post_init__(self) -> None:
        if not 2 <= self.size <= 64 or self.size % 2:
            raise ValueError(f"size must be even and from 2 to 64, not {self.size}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.size**2 + self.size**2 // 2, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) light, blue, red, by vertical, then horizontal frequency; first flatness, for light's mean."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and what is left of each when its lowest frequencies alone are put together."""
        left = side_by_side([tile(self.rebuilt(picture), picture.size, HEAD) for picture in (query, hit)])
        likeness = float(self._row(query) @ self._row(hit))
        return Explanation(agreed("The layout", likeness, self.unrelated), headed(query, hit, left))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        light, *colours = self._frequencies(picture)
        values = np.concatenate([light.ravel()[1:], *(colour.ravel() for colour in colours)]) / (ONE * SIDE) ** 2
        return np.roll(with_flatness(np.sign(values) * np.sqrt(np.abs(values)), GRAIN), 1)

    def _frequencies(self, picture: Picture) -> list[NDArray[np.float64]]:
        """(size, size) of light, and (size / 2, size / 2) of blue and of red, as `low_frequencies` scales them."""
        planes = channels(picture, "ycbcr")
        counts = self.size, self.size // 2, self.size // 2
        found = [low_frequencies(planes[:, :, at], count) for at, count in enumerate(counts)]
        for frequencies in found:
            frequencies[0, 0] -= MIDDLE * (ONE * SIDE) ** 2
        return found

    def rebuilt(self, picture: Picture) -> Pixels:
        """(SIDE, SIDE, 3) what the frequencies that are kept make up."""
        planes = np.stack([inverse(frequencies, SIDE) for frequencies in self._frequencies(picture)], axis=2)
        return rgb_of_ycbcr(planes)
