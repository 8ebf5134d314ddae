"""The Fourier-Mellin transform: what stays the same when a picture is moved, turned or enlarged
[Chen, Defrise & Deconinck, Symmetric Phase-Only Matched Filtering of Fourier-Mellin Transforms, PAMI 1994]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import headed, magnified, side_by_side
from lookalike.describe.flatness import with_flatness
from lookalike.describe.rows import stacked
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.spectrum import HIGHEST, amplitudes, polar
from lookalike.describe.telling import agreed
from lookalike.pixels.colour import rgb_of_grey
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Pixels, Space, Vectors

LOWEST: Final = 3.0
"""Waves a picture of the longest."""
RINGS: Final = 64
DIRECTIONS: Final = 64
"""Over half a turn."""
FAINT: Final = 3000.0
"""Amplitude by frequency, in grey levels summed over the picture, above which its logarithm counts."""
SIDE: Final = 190
"""px of a spectrum that is drawn."""
GRAIN: Final = 1.0
"""Norm of a row below which a picture counts as flat."""


@dataclass(frozen=True)
class LogPolar:
    """Pattern of the spectrum over logarithm of frequency and angle, wherever in both it begins (unit L2 norm).

    Moving a picture leaves its amplitudes, turning shifts them along the angles, enlarging along the logarithms of
    frequency; the amplitudes of what is shifted stay.
    """

    name: ClassVar[str] = "log_polar"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "structure, however turned or enlarged"
    source: ClassVar[str] = "Chen, Defrise & Deconinck, Symmetric Phase-Only Matched Filtering, PAMI 1994"
    unrelated: ClassVar[float] = 0.93

    size: int = 12
    """Frequencies that are kept, of the angles and on either side of 0 of the logarithms."""

    def __post_init__(self) -> None:
        if not 2 <= self.size <= DIRECTIONS // 2:
            raise ValueError(f"size must be from 2 to {DIRECTIONS // 2}, not {self.size}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.size * (2 * self.size - 1) + 1, "cosine")

    @property
    def min_side(self) -> int:
        return MIN_SIDE

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, dim) roots of amplitudes by frequency along the logarithms, then along the angles; then flatness."""
        return stacked(self.space, (self._row(picture) for picture in pictures))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and their spectra: angles to the right, shorter waves downwards."""
        maps = side_by_side([_drawn(_spectrum(picture)) for picture in (query, hit)])
        likeness = float(self._row(query) @ self._row(hit))
        line = agreed("Structure, however turned or enlarged,", likeness, self.unrelated)
        return Explanation(line, headed(query, hit, maps))

    def _row(self, picture: Picture) -> NDArray[np.float64]:
        spectrum = _spectrum(picture)
        transform = np.abs(np.fft.fft2((spectrum - spectrum.mean()) * np.hanning(RINGS)[:, None]))
        kept = transform[np.arange(1 - self.size, self.size)][:, : self.size]
        return with_flatness(np.sqrt(kept).ravel(), GRAIN)


def _spectrum(picture: Picture) -> NDArray[np.float64]:
    """(RINGS, DIRECTIONS) logarithms of amplitudes, each by its frequency: in photos they fall with it."""
    frequencies = np.geomspace(LOWEST, HIGHEST, RINGS)[:, None]
    strengths = polar(amplitudes(picture), RINGS, DIRECTIONS, LOWEST) * frequencies
    return np.log1p(strengths / FAINT).astype(np.float64)


def _drawn(spectrum: NDArray[np.float64]) -> Pixels:
    light = 255 * spectrum / max(float(spectrum.max()), 1e-12)
    return magnified(rgb_of_grey(np.rint(light).astype(np.uint8)), (SIDE, SIDE))
