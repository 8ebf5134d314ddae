"""The wavelet hash [Petrov, Wavelet image hash in Python, 2016]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.block_hash import BlockHash
from lookalike.describe.hamming import above_median


@dataclass(frozen=True)
class WaveletHash(BlockHash):
    """Which of the coarsest coefficients of the grey picture lie above their median; none, where all are equal.

    Petrov takes them of Haar's wavelet, whose lowpass is the mean over blocks; of a sharper one more copies are found.
    """

    name: ClassVar[str] = "whash"
    revision: ClassVar[int] = 2
    compares: ClassVar[str] = "light and dark, half and half"
    source: ClassVar[str] = "Petrov, Wavelet image hash in Python, 2016"
    unrelated: ClassVar[float] = 0.5
    agreement: ClassVar[str] = "Both belong to the brighter half of the blocks, or both to the darker half,"
    band: ClassVar[float] = 2

    def bits_of(self, greys: NDArray[np.uint8]) -> NDArray[np.bool_]:
        return above_median(self.levels(greys))
