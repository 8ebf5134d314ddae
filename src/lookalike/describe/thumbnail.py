"""The tiny picture itself [Torralba, Fergus & Freeman, 80 Million Tiny Images, PAMI 2008]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import MARK, PAPER, magnified, side_by_side
from lookalike.describe.flatness import with_flatness
from lookalike.describe.reduced import reduced
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

GRAIN = 1.0
"""Contrast below which a tiny picture counts as flat: standard deviation in grey levels."""
FLAT = 0.9
"""Value of a row on the axis of flatness when its picture is called flat."""
TILE = 144
"""px of each square in an explanation."""
UNRELATED = 2.0
"""Squared distance of two unit vectors that have nothing in common."""
VERDICTS = (
    (0.8, "they have the same light and colours in the same places"),
    (0.4, "they share much of their light and colours, place by place"),
    (0.15, "they share a little of their light and colours, place by place"),
    (-1.1, "they have little in common"),
)
"""Least correlation, and from there what it means."""


@dataclass(frozen=True)
class Thumbnail:
    """The picture at size x size px in RGB less its mean, and an axis of its own for flatness (unit L2 norm)."""

    name: ClassVar[str] = "thumbnail"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "light and colour, place by place"
    source: ClassVar[str] = "Torralba, Fergus & Freeman, 80 Million Tiny Images, PAMI 2008"
    unrelated: ClassVar[float] = 0.03

    size: int = 16
    """Side in px."""

    def __post_init__(self) -> None:
        if not 2 <= self.size <= 64:
            raise ValueError(f"size must be from 2 to 64, not {self.size}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), 3 * self.size**2 + 1, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, 3 size^2 + 1) values by row, column, channel; then the axis of flatness."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both tiny pictures, and where they disagree: the stronger the colour, the more."""
        ours, theirs = self._row(query), self._row(hit)
        apart = np.square(ours - theirs)[:-1].reshape(self.size, self.size, 3).sum(axis=2)
        strength = np.sqrt(np.clip(apart * self.size**2 / UNRELATED, 0, 1))[:, :, None]
        difference = np.rint(PAPER + strength * (np.array(MARK) - PAPER)).astype(np.uint8)
        tiny = [reduced(picture, self.size, self.size) for picture in (query, hit)]
        tiles = side_by_side([magnified(pixels, (TILE, TILE)) for pixels in (*tiny, difference)])
        similarity = float(ours @ theirs)
        if min(ours[-1], theirs[-1]) > FLAT:
            return Explanation("Neither picture has any contrast: each is one even shade of grey.", tiles)
        verdict = next(verdict for least, verdict in VERDICTS if similarity >= least)
        line = f"As pictures of {self.size} x {self.size} px {verdict} (correlation {similarity:.2f})."
        return Explanation(line, tiles)

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        tiny = reduced(picture, self.size, self.size).astype(np.float64).ravel()
        return with_flatness(tiny - tiny.mean(), GRAIN * np.sqrt(tiny.size))
