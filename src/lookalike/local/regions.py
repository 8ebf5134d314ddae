"""Regions that stay as they are over many thresholds
[Matas et al., Robust wide baseline stereo from maximally stable extremal regions, BMVC 2002]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.keypoint_ranking import best_first
from lookalike.local.limited import Limited
from lookalike.local.working_image import working
from lookalike.types import Keypoints, Picture

SMALLEST_AREA = 60
"""px of a region."""


@dataclass(frozen=True)
class StableRegions(Limited):
    """Ellipses of the same first and second moments as the maximally stable extremal regions, largest first."""

    name: ClassVar[str] = "mser"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Matas et al., Robust wide baseline stereo from MSER, BMVC 2002"

    delta: int = 5
    """Levels of grey that a region stays over."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.delta < 1:
            raise ValueError(f"delta is 1 or more, not {self.delta}")

    def detect(self, picture: Picture) -> Keypoints:
        """The largest `max_keypoints`; a score is the root of the share of the picture."""
        work = working(picture, self.side)
        regions = [] if work.is_tiny else _regions(work.grey, self.delta)
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
        return found[best_first(found)[: self.max_keypoints]]


def _regions(grey: NDArray[np.uint8], delta: int) -> list[NDArray[np.int32]]:
    """(p, 2) px of each region that is not a line."""
    detector = cv2.MSER.create(delta, SMALLEST_AREA, grey.size // 2)
    regions, _ = detector.detectRegions(grey)
    return [np.asarray(region, np.int32) for region in regions if np.ptp(region, axis=0).min() >= 2]


def _ellipse(region: NDArray[np.int32]) -> NDArray[np.float64]:
    """(2, 2) twice the root of the covariance: takes the unit disc to the ellipse."""
    variances, axes = np.linalg.eigh(np.cov(region.T))
    return np.asarray(2 * (axes * np.sqrt(np.maximum(variances, 1e-6))) @ axes.T, np.float64)
