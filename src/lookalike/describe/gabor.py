"""Statistics of a bank of Gabor filters
[Manjunath & Ma, Texture Features for Browsing and Retrieval of Image Data, PAMI 1996]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import headed, side_by_side
from lookalike.describe.flatness import with_flatness
from lookalike.describe.gabor_bank import DIRECTIONS, SCALES, responses
from lookalike.describe.rosette import rosette
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.telling import by
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

GRAIN: Final = 0.1
"""Norm of the roots of the strengths below which a picture counts as flat."""
GRADES: Final = ("very fine", "fine", "coarse", "very coarse")
HEADINGS: Final = ("upright", "rising to the right", "rising to the right", "level", "falling to the right")
"""Headings of crests, by the direction across them; the last also stands for the sixth."""


@dataclass(frozen=True)
class GaborStatistics:
    """How strong the stripes of each width and direction are, and how unevenly spread (unit L2 norm)."""

    name: ClassVar[str] = "gabor"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "stripes and grain"
    source: ClassVar[str] = "Manjunath & Ma, Texture Features for Browsing and Retrieval of Image Data, PAMI 1996"
    unrelated: ClassVar[float] = 0.987

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), 2 * SCALES * DIRECTIONS + 1, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) roots of means by width and direction, of standard deviations in that order, and flatness."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and the strength of stripes by direction: wide ones in the middle, narrow ones outside."""
        ours, theirs = _means(query), _means(hit)
        most = max(float(ours.max()), float(theirs.max()), 1e-12)
        discs = side_by_side([rosette(means[::-1] / most) for means in (ours, theirs)])
        likeness = float(self._row(query) @ self._row(hit))
        told = f"The query's stripes are {_told(ours)}, the hit's {_told(theirs)}"
        return Explanation(f"{told}: they agree {by(likeness, self.unrelated)}.", headed(query, hit, discs))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        deviations = np.stack([scale.std(axis=(1, 2)) for scale in responses(picture)])
        return with_flatness(np.sqrt([*_means(picture).ravel(), *deviations.ravel()]), GRAIN)


def _means(picture: Picture) -> NDArray[np.float64]:
    """(SCALES, DIRECTIONS)"""
    return np.stack([scale.mean(axis=(1, 2)) for scale in responses(picture)]).astype(np.float64)


def _told(means: NDArray[np.float64]) -> str:
    scale, direction = divmod(int(np.argmax(means)), DIRECTIONS)
    if np.sqrt(means).sum() < GRAIN:
        return "hardly there"
    return f"mostly {GRADES[scale]}, {HEADINGS[min(direction, len(HEADINGS) - 1)]}"
