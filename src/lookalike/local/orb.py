"""ORB [Rublee et al., ORB: an efficient alternative to SIFT or SURF, ICCV 2011]."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import cv2

from lookalike.local.opencv_ import OpenCVFeatures
from lookalike.types import Metric

PATCH: Final = 31
"""px, of the finest level."""
FINER: Final = 1.2
"""Times that each level of the pyramid is larger than the next."""
LEVELS: Final = 8
SPARE: Final = 3
"""Times as many are found as are kept, so that there is a choice."""


@dataclass(frozen=True)
class Orb(OpenCVFeatures):
    """FAST corners of a pyramid, the best by Harris, with 256 comparisons of light turned to the patch's angle."""

    name: ClassVar[str] = "orb"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Rublee et al., ORB: an efficient alternative to SIFT or SURF, ICCV 2011"
    metric: ClassVar[Metric] = "hamming"

    threshold: int = 10
    """Threshold of FAST, levels of grey."""

    @property
    def _dim(self) -> int:
        return 256

    def _detector(self) -> Any:
        return cv2.ORB.create(SPARE * self.max_keypoints, FINER, LEVELS, patchSize=PATCH, fastThreshold=self.threshold)

    def _level(self, size: float, _: tuple[int, ...]) -> tuple[int, int]:
        return min(LEVELS - 1, max(0, round(math.log(max(size, PATCH) / PATCH, FINER)))), -1
