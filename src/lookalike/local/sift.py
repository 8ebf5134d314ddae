"""SIFT [Lowe, Distinctive image features from scale-invariant keypoints, IJCV 2004] and RootSIFT
[Arandjelovic & Zisserman, Three things everyone should know to improve object retrieval, CVPR 2012]."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.opencv_ import OpenCVFeatures
from lookalike.local.scale_space import FINEST, LAYERS, Extrema, ScaleSpace
from lookalike.local.working_image import Working
from lookalike.registry import later
from lookalike.types import LocalFeatures, Metric, Vectors

CELLS: Final = 4
"""Cells of the histogram, each way."""
TURNS: Final = 8
"""Directions of the gradient that a cell tells apart."""
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
    doubled: bool = field(default=True, metadata=later())
    """Extrema of the picture at twice its size, as Lowe finds them; else at its own size, with rows of coarser px."""

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
        sigma = SIGMA if self.doubled else FINEST
        return cv2.SIFT.create(contrastThreshold=self.contrast, sigma=sigma, enable_precise_upscale=True)

    def _found(self, work: Working) -> list[Any]:
        if self.doubled or work.is_tiny:
            return super()._found(work)
        space = ScaleSpace(work.grey)
        extrema = space.extrema(self.contrast)
        extrema = extrema[self._kept(_table(extrema, np.zeros(len(extrema))), work)]
        rows, angles = space.directions(extrema)
        table = _table(extrema[rows], angles)
        return [
            cv2.KeyPoint(x, y, size, angle, response, *self._level(size, work.grey.shape))
            for x, y, response, size, angle in table[self._kept(table, work)].tolist()
        ]

    def _level(self, size: float, shape: tuple[int, ...]) -> tuple[int, int]:
        sigma = max(size, 1e-3) / 2
        if self.doubled:
            level = round(LAYERS * math.log2(sigma / SIGMA))
            layer = (level - 1) % LAYERS + 1
            octave = max(-1, (level - layer) // LAYERS)
        else:  # the last three levels of an octave, as doubled ones have them; of the finest scales, the first three
            level = max(round(LAYERS * math.log2(sigma / FINEST)), 0)
            octave = min(max(level // LAYERS - 1, 0), int(math.log2(min(shape))))
            layer = min(level - LAYERS * octave, 2 * LAYERS - 1)
        return (octave & 255) | (layer << 8), -1

    def _rows(self, rows: NDArray[np.float32]) -> Vectors:
        sums = np.maximum(rows.sum(axis=1, keepdims=True), 1e-12)
        histograms = np.sqrt(rows / sums) if self.root else rows
        norms = np.maximum(np.linalg.norm(histograms, axis=1, keepdims=True), 1e-12)
        return np.asarray(histograms / norms, np.float32)


def _table(extrema: Extrema, angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, 5) x, y, contrast, diameter and angle."""
    return np.column_stack([extrema.xy, extrema.contrast, 2 * extrema.sigma, angles])
