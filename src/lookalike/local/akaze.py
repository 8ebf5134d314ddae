"""AKAZE [Alcantarilla, Nuevo & Bartoli, Fast explicit diffusion for accelerated features, BMVC 2013]."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import cv2

from lookalike.local.opencv_ import OpenCVFeatures
from lookalike.types import Metric

OCTAVES: Final = 4
LAYERS: Final = 4
"""Layers of an octave."""
FINEST: Final = 1.6 * 1.5 * 2
"""px, the diameter of a keypoint of the first layer."""


@dataclass(frozen=True)
class Akaze(OpenCVFeatures):
    """Extrema of the Hessian in a scale space that keeps edges, with 486 comparisons of means and gradients."""

    name: ClassVar[str] = "akaze"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Alcantarilla, Nuevo & Bartoli, Fast explicit diffusion, BMVC 2013"
    metric: ClassVar[Metric] = "hamming"

    threshold: float = 0.001
    """Threshold on the Hessian; less finds more."""

    @property
    def _dim(self) -> int:
        return 488  # 486, and two bits that fill the last byte

    def _detector(self) -> Any:
        return cv2.xfeatures2d.AKAZE.create(threshold=self.threshold, nOctaves=OCTAVES, nOctaveLayers=LAYERS)

    def _level(self, size: float, shape: tuple[int, ...]) -> tuple[int, int]:
        height, width = shape
        level = max(0, round(LAYERS * math.log2(max(size, FINEST) / FINEST)))
        # OpenCV ends the pyramid where an octave would be smaller than this.
        octaves = [o for o in range(OCTAVES) if o == 0 or (width >> o >= 80 and height >> o >= 40)]
        level = min(level, LAYERS * len(octaves) - 1)
        return level // LAYERS, level
