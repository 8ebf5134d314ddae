"""The wavelet hash [Petrov, Wavelet image hash in Python, 2016]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.block_hash import BlockHash, block_sums
from lookalike.describe.hamming import above_median
from lookalike.types import Picture


@dataclass(frozen=True)
class WaveletHash(BlockHash):
    """Which of the coarsest Haar coefficients of the grey picture lie above their median; none, where all are equal.

    The lowpass band of the Haar wavelet is the mean over blocks, up to a factor: no transform is needed.
    """

    name: ClassVar[str] = "whash"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "light and dark, half and half"
    source: ClassVar[str] = "Petrov, Wavelet image hash in Python, 2016"
    unrelated: ClassVar[float] = 0.5
    agreement: ClassVar[str] = "Both belong to the brighter half of the blocks, or both to the darker half,"

    def bits(self, picture: Picture) -> NDArray[np.bool_]:
        return above_median(block_sums(picture, self.size))
