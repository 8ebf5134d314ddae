"""The power spectrum of a picture by wavelength and by direction
[Oliva & Torralba, Modeling the Shape of the Scene, IJCV 2001; Torralba & Oliva, Statistics of Natural Image Categories,
Network 2003]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import headed, side_by_side
from lookalike.describe.flatness import with_flatness
from lookalike.describe.reduced import SIDE
from lookalike.describe.rosette import rosette
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.spectrum import HIGHEST, amplitudes, polar
from lookalike.describe.telling import agreed
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

LOWEST: Final = 2.0
"""Waves a picture of the longest."""
GRAIN: Final = 0.02
"""Norm of the strengths below which a picture counts as flat, in grey levels."""
FINE: Final = 8
"""Places in the spectrum that are averaged for each ring and each direction."""


@dataclass(frozen=True)
class PowerSpectrum:
    """Strength of waves by length, whatever their direction, and by direction, whatever their length (unit L2 norm)."""

    name: ClassVar[str] = "fourier"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "the sizes and directions of what repeats"
    source: ClassVar[str] = "Torralba & Oliva, Statistics of Natural Image Categories, Network 2003"
    unrelated: ClassVar[float] = 0.988

    rings: int = 16
    """Wavelengths that are told apart."""
    directions: int = 16

    def __post_init__(self) -> None:
        if not (2 <= self.rings <= 32 and 2 <= self.directions <= 64):
            raise ValueError(f"rings are 2 to 32 and directions 2 to 64, not {self.rings} and {self.directions}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.rings + self.directions + 1, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) roots of strengths from long waves to short, then by direction; then flatness."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and their spectra: long waves in the middle, short ones outside, each by its direction."""
        ours, theirs = self.strengths(query), self.strengths(hit)
        discs = side_by_side([rosette(drawn(strengths)) for strengths in (ours, theirs)])
        likeness = float(self._row(query) @ self._row(hit))
        return Explanation(agreed("The spectrum", likeness, self.unrelated), headed(query, hit, discs))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        strengths = self.strengths(picture)
        parts = strengths.mean(axis=1), strengths.mean(axis=0)
        return with_flatness(np.sqrt(np.concatenate(parts)), GRAIN)

    def strengths(self, picture: Picture) -> NDArray[np.float64]:
        """(rings, directions) mean amplitudes, each by its frequency: in photos they fall with it."""
        fine = polar(amplitudes(picture), self.rings, FINE * self.directions, LOWEST)
        frequencies = np.geomspace(LOWEST, HIGHEST, self.rings) / SIDE**2
        centred = np.roll(fine * frequencies[:, None], FINE // 2, axis=1)  # a direction lies amid its places
        means: NDArray[np.float64] = centred.reshape(self.rings, self.directions, FINE).mean(axis=2)
        return means


def drawn(strengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """0 to 1, the strongest 1."""
    return np.sqrt(strengths / max(float(strengths.max()), 1e-12))
