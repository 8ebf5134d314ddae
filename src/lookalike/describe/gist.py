"""The spatial envelope of a scene [Oliva & Torralba, Modeling the Shape of the Scene, IJCV 2001]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.agreement import drawn
from lookalike.describe.flatness import with_flatness
from lookalike.describe.gabor_bank import DIRECTIONS, SCALES, responses
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.telling import agreed
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

GRAIN: Final = 0.003
"""Root mean square of the strengths below which a picture counts as flat."""


@dataclass(frozen=True)
class Gist:
    """How strong the stripes of each width and direction are in each of grid x grid parts (unit L2 norm)."""

    name: ClassVar[str] = "gist"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "the shape of the scene"
    source: ClassVar[str] = "Oliva & Torralba, Modeling the Shape of the Scene, IJCV 2001"
    unrelated: ClassVar[float] = 0.79

    grid: int = 4
    """1, 2, 4 or 8: what divides the responses evenly."""

    def __post_init__(self) -> None:
        if self.grid not in (1, 2, 4, 8):
            raise ValueError(f"grid must be 1, 2, 4 or 8, not {self.grid}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), SCALES * DIRECTIONS * self.grid**2 + 1, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) by width, direction, row and column of the part; then flatness."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, pale where their structure differs."""
        ours, theirs = self._row(query), self._row(hit)
        common = (ours[:-1] * theirs[:-1]).reshape(-1, self.grid, self.grid).sum(axis=0).astype(np.float32)
        line = agreed("The layout of coarse and fine structure", float(ours @ theirs), self.unrelated)
        return Explanation(line, drawn(query, hit, common, common))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        means = np.concatenate([_block_means(scale, self.grid).ravel() for scale in responses(picture)])
        return with_flatness(means, GRAIN * np.sqrt(means.size))


def _block_means(planes: NDArray[np.float32], grid: int) -> NDArray[np.float32]:
    """(planes, grid, grid) of (planes, side, side)."""
    side = planes.shape[1] // grid
    means: NDArray[np.float32] = planes.reshape(len(planes), grid, side, grid, side).mean(axis=(2, 4))
    return means
