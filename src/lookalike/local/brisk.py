"""BRISK [Leutenegger, Chli & Siegwart, Binary robust invariant scalable keypoints, ICCV 2011]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import cv2

from lookalike.local.opencv_ import OpenCVFeatures
from lookalike.types import Metric


@dataclass(frozen=True)
class Brisk(OpenCVFeatures):
    """Corners that are the best of a scale space, with 512 comparisons of light on rings about them."""

    name: ClassVar[str] = "brisk"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Leutenegger, Chli & Siegwart, Binary robust invariant scalable keypoints, ICCV 2011"
    metric: ClassVar[Metric] = "hamming"

    threshold: int = 30
    """Threshold of the corner test, levels of grey."""
    octaves: int = 3

    @property
    def _dim(self) -> int:
        return 512

    def _detector(self) -> Any:
        return cv2.xfeatures2d.BRISK.create(self.threshold, self.octaves)
