"""Regions that stay as they are over many thresholds
[Matas et al., Robust wide baseline stereo from maximally stable extremal regions, BMVC 2002]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.order import best_first
from lookalike.local.response import SMALLEST
from lookalike.local.working import working
from lookalike.types import Keypoints, Picture

SMALLEST_AREA = 60
"""px of a region."""


@dataclass(frozen=True)
class StableRegions:
    """Ellipses of the same first and second moments as the maximally stable extremal regions, largest first."""

    name: ClassVar[str] = "mser"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Matas et al., Robust wide baseline stereo from MSER, BMVC 2002"

    side: int = 640
    """px, the most that the longer side keeps."""
    budget: int = 1000
    """Keypoints, the most that are kept."""
    delta: int = 5
    """Levels of grey that a region stays over."""

    def __post_init__(self) -> None:
        if self.side < 16 or self.budget < 1 or self.delta < 1:
            raise ValueError("side is 16 px or more, budget and delta are 1 or more")

    @property
    def min_side(self) -> int:
        return self.side

    def detect(self, picture: Picture) -> Keypoints:
        """The largest `budget`; a score is the root of the share of the picture."""
        work = working(picture, self.side)
        regions = [] if min(work.grey.shape) < SMALLEST else _regions(work.grey, self.delta)
        middles = np.array([region.mean(axis=0) for region in regions], np.float64).reshape(-1, 2)
        ellipses = np.array([_ellipse(region) for region in regions], np.float64).reshape(-1, 2, 2)
        areas = np.array([len(region) for region in regions], np.float64)
        found = Keypoints(
            work.to_original(middles),
            np.sqrt(areas / work.grey.size).astype(np.float32),
            work.original,
            (2 * np.sqrt(np.abs(np.linalg.det(ellipses))) * work.scale).astype(np.float32),
            affine=(ellipses * work.ratio[:, None]).astype(np.float32),
        )
        return found[best_first(found)[: self.budget]]


def _regions(grey: NDArray[np.uint8], delta: int) -> list[NDArray[np.int32]]:
    """(p, 2) px of each region that is not a line."""
    detector = cv2.MSER.create(delta, SMALLEST_AREA, grey.size // 2)
    regions, _ = detector.detectRegions(grey)
    return [np.asarray(region, np.int32) for region in regions if np.ptp(region, axis=0).min() >= 2]


def _ellipse(region: NDArray[np.int32]) -> NDArray[np.float64]:
    """(2, 2) twice the root of the covariance: takes the unit disc to the ellipse."""
    variances, axes = np.linalg.eigh(np.cov(region.T))
    return np.asarray(2 * (axes * np.sqrt(np.maximum(variances, 1e-6))) @ axes.T, np.float64)
