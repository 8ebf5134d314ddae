"""The dominant colours of a picture and their shares
[Deng et al., An Efficient Color Representation for Image Retrieval, IEEE Trans. Image Processing 2001]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.colours import joined, lab, names
from lookalike.describe.dominant import Dominant, dominant
from lookalike.describe.drawing import HEAD, headed, side_by_side
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Pixels, Space, Vectors

STEPS: Final = 6
"""Steps of red, green and blue, between the colours that rows are taken at."""
BAND: Final = 40
"""px high is a palette that is drawn."""


@dataclass(frozen=True)
class Palette:
    """How near each of 216 colours lies to the picture's own, those counting by their shares (unit L2 norm)."""

    name: ClassVar[str] = "palette"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "main colours"
    source: ClassVar[str] = "Deng et al., An Efficient Color Representation for Image Retrieval, TIP 2001"
    unrelated: ClassVar[float] = 0.75

    colours: int = 8
    """Colours of a picture at most."""
    spread: float = 20.0
    """Difference in CIE Lab over which a colour fades."""

    def __post_init__(self) -> None:
        if not 1 <= self.colours <= 64:
            raise ValueError(f"colours must be from 1 to 64, not {self.colours}")
        if not 10 <= self.spread <= 100:
            raise ValueError(f"spread must be from 10 to 100, not {self.spread}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), STEPS**3, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, 216) by red, green, blue of the colour."""
        return stacked(self.space, (self.row(dominant(picture, self.colours)) for picture in pictures))

    def describe_colours(self, colours: NDArray[np.uint8], shares: NDArray[np.float64]) -> Vectors:
        """(1, 216) of (c, 3) RGB colours with (c,) shares."""
        return stacked(self.space, [self.row(Dominant(colours, shares))])

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and their colours, each as wide as its share."""
        ours, theirs = dominant(query, self.colours), dominant(hit, self.colours)
        bands = side_by_side([band(ours), band(theirs)])
        likeness = float(self.row(ours) @ self.row(theirs))
        line = f"The one is mostly {_main(ours)}, the other {_main(theirs)}; their palettes agree by {likeness:.0%}."
        return Explanation(line, headed(query, hit, bands))

    def row(self, palette: Dominant) -> NDArray[np.float64]:
        """(216,) of colours with shares."""
        apart = np.square(palette.lab[:, None] - _lattice()[None]).sum(axis=2)  # (c, 216)
        row = palette.shares @ np.exp(-0.5 * apart / self.spread**2)
        unit: NDArray[np.float64] = row / float(np.linalg.norm(row))
        return unit


def band(palette: Dominant) -> Pixels:
    """The colours side by side, each as wide as its share."""
    ends = np.rint(HEAD * np.cumsum(palette.shares)).astype(int)
    of_column = np.searchsorted(ends, np.arange(HEAD), side="right")
    return np.repeat(palette.colours[np.minimum(of_column, len(ends) - 1)][None], BAND, axis=0)


def _main(palette: Dominant) -> str:
    """Names of those that make up most, two at most."""
    return joined(list(dict.fromkeys(names(palette.colours[:2]))))


@lru_cache
def _lattice() -> NDArray[np.float64]:
    """(216, 3) in CIE Lab."""
    steps = np.rint(np.linspace(0, 255, STEPS)).astype(np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=3).reshape(-1, 3)
    return lab(colours).astype(np.float64)
