"""The perceptual hash of the discrete cosine transform
[Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.cosines import inverse, low_frequencies
from lookalike.describe.drawing import side_by_side, stacked_up, tile
from lookalike.describe.hamming import SquareHash, above_median
from lookalike.types import Explanation, Picture, Pixels, Size

OVERSAMPLING = 4
"""The transform is taken of a square this many times as wide as the block of frequencies that is kept."""
TILE = 200
"""px of each picture in an explanation."""
VERDICTS = (
    (0.16, "the two are laid out alike"),
    (0.34, "the two are laid out somewhat alike"),
    (1.0, "the two are laid out differently"),
)
"""Share of differing bits, and up to there what it means. Of unrelated pictures half the bits differ."""


@dataclass(frozen=True)
class PerceptualHash(SquareHash):
    """Which of the size^2 lowest frequencies of the grey picture, its mean included, lie above their median.

    By vertical, then horizontal frequency.
    """

    name: ClassVar[str] = "phash"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "layout"
    source: ClassVar[str] = "Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010"
    unrelated: ClassVar[float] = 0.5
    lowest: ClassVar[int] = 0
    """Frequency at which the block that is kept begins, each way."""

    @property
    def grid(self) -> Size:
        side = OVERSAMPLING * self.size
        return side, side

    def bits_of(self, greys: NDArray[np.uint8]) -> NDArray[np.bool_]:
        return above_median(self._frequencies(greys)[:, self.lowest :, self.lowest :])

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Both pictures, and below each what the hash sees of it: its lowest frequencies alone."""
        differing = np.count_nonzero(self.bits(query) != self.bits(hit))
        pictures = side_by_side([tile(picture.pixels, picture.size, TILE) for picture in (query, hit)])
        coarse = side_by_side([tile(self._coarse(picture), picture.size, TILE) for picture in (query, hit)])
        verdict = next(verdict for share, verdict in VERDICTS if differing <= share * self.size**2)
        line = f"Reduced to coarse light and dark, {verdict}; bits that differ: {differing} of {self.size**2}."
        return Explanation(line, stacked_up([pictures, coarse]))

    def _coarse(self, picture: Picture) -> Pixels:
        """The grey picture that the lowest frequencies alone make up."""
        grey = inverse(self._frequencies(self.greys([picture]))[0], OVERSAMPLING * self.size)
        return np.repeat(np.clip(np.rint(grey), 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)

    def _frequencies(self, greys: NDArray[np.uint8]) -> NDArray[np.float64]:
        """All up to the last that is kept."""
        return low_frequencies(greys, self.lowest + self.size)
