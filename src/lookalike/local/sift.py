"""SIFT [Lowe, Distinctive image features from scale-invariant keypoints, IJCV 2004] and RootSIFT
[Arandjelovic & Zisserman, Three things everyone should know to improve object retrieval, CVPR 2012]."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.opencv_ import OpenCVFeatures
from lookalike.types import LocalFeatures, Metric, Vectors

CELLS: Final = 4
"""Cells of the histogram, each way."""
TURNS: Final = 8
"""Directions of the gradient that a cell tells apart."""
LAYERS: Final = 3
"""Layers of an octave."""
SIGMA: Final = 1.6
"""px, of the first layer."""


_MIRRORED: Final[WeakKeyDictionary[LocalFeatures, LocalFeatures]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Sift(OpenCVFeatures):
    """Extrema of the difference of Gaussians, with 4 x 4 histograms of the gradient's 8 directions."""

    name: ClassVar[str] = "sift"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Lowe, Distinctive image features from scale-invariant keypoints, IJCV 2004"
    metric: ClassVar[Metric] = "cosine"

    root: bool = True
    """Square roots of shares, compared by the Hellinger kernel, instead of the plain histogram."""
    contrast: float = 0.02
    """Contrast of an extremum; less finds more."""

    @property
    def _dim(self) -> int:
        return CELLS * CELLS * TURNS

    def mirrored(self, features: LocalFeatures) -> LocalFeatures:
        """Features of the mirrored picture: the keypoints, with rows whose cells and directions change sides.

        Remembered for as long as `features` live: each is compared with many.
        """
        found = _MIRRORED.get(features)
        if found is None:
            found = _MIRRORED[features] = self._mirrored(features)
        return found

    def _mirrored(self, features: LocalFeatures) -> LocalFeatures:
        rows = features.descriptors.reshape(-1, CELLS, CELLS, TURNS)
        turned = rows[:, ::-1, :, (-np.arange(TURNS)) % TURNS]
        return replace(features, descriptors=turned.reshape(features.descriptors.shape))

    def _detector(self) -> Any:
        # Precise upscaling: else every keypoint lies a quarter px too far right and down.
        return cv2.SIFT.create(contrastThreshold=self.contrast, sigma=SIGMA, enable_precise_upscale=True)

    def _level(self, size: float, _: tuple[int, ...]) -> tuple[int, int]:
        level = round(LAYERS * math.log2(max(size, 1e-3) / (2 * SIGMA)))
        layer = (level - 1) % LAYERS + 1
        octave = max(-1, (level - layer) // LAYERS)
        return (octave & 255) | (layer << 8), -1

    def _rows(self, rows: NDArray[np.float32]) -> Vectors:
        sums = np.maximum(rows.sum(axis=1, keepdims=True), 1e-12)
        histograms = np.sqrt(rows / sums) if self.root else rows
        norms = np.maximum(np.linalg.norm(histograms, axis=1, keepdims=True), 1e-12)
        return np.asarray(histograms / norms, np.float32)
