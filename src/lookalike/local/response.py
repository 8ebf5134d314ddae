"""Detectors that rate every px and keep the best: a working size, a budget, a distance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.local.maxima import peaks
from lookalike.local.working import working
from lookalike.types import Keypoints, Picture

SMALLEST: Final = 5
"""px, of a working picture that anything is looked for in."""


@dataclass(frozen=True)
class RatedPx(ABC):
    """The maxima of a response over the grey picture, reduced to `side` px on its longer side."""

    side: int = 640
    """px, the most that the longer side keeps."""
    budget: int = 1000
    """Keypoints, the most that are kept."""
    apart: int = 4
    """px of the working picture within which there is only one."""

    def __post_init__(self) -> None:
        if self.side < 16 or self.budget < 1 or self.apart < 1:
            raise ValueError("side is 16 px or more, budget and apart are 1 or more")

    @property
    def min_side(self) -> int:
        return self.side

    def detect(self, picture: Picture) -> Keypoints:
        """The best `budget`."""
        work = working(picture, self.side)
        if min(work.grey.shape) < SMALLEST:
            return Keypoints(np.zeros((0, 2), np.float32), np.zeros(0, np.float32), work.original)
        xy, scores = peaks(self._response(work.grey), self.apart, self.budget)
        scale = np.full(len(xy), self._diameter * work.scale, np.float32)
        return Keypoints(work.to_original(xy), scores, work.original, scale)

    @property
    @abstractmethod
    def _diameter(self) -> float:
        """px of the working picture that a rating rests on."""

    @abstractmethod
    def _response(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]: ...
