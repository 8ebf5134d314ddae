"""Detectors that rate every px and keep the best: a working size, a budget, a distance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.local.limited import Limited, none_of
from lookalike.local.maxima import peaks
from lookalike.local.working import working
from lookalike.types import Keypoints, Picture


@dataclass(frozen=True)
class RatedPx(Limited, ABC):
    """The maxima of a response over the grey picture."""

    apart: int = 4
    """px of the working picture within which there is only one."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.apart < 1:
            raise ValueError(f"apart is 1 px or more, not {self.apart}")

    def detect(self, picture: Picture) -> Keypoints:
        """The best `budget`."""
        work = working(picture, self.side)
        if work.is_tiny:
            return none_of(work.original)
        xy, scores = peaks(self._response(work.grey), self.apart, self.budget)
        scale = np.full(len(xy), self._diameter * work.scale, np.float32)
        places = work.to_original(self._refined(work.grey, xy))
        return Keypoints(places, scores, work.original, scale, self._angles(work.grey, xy))

    @property
    @abstractmethod
    def _diameter(self) -> float:
        """px of the working picture that a rating rests on."""

    def _refined(self, grey: NDArray[np.uint8], xy: NDArray[np.float64]) -> NDArray[np.float64]:  # noqa: ARG002
        """(k, 2) places of the maxima, where the parabolas through the response do not say it all."""
        return xy

    def _angles(self, grey: NDArray[np.uint8], xy: NDArray[np.float64]) -> NDArray[np.float32] | None:  # noqa: ARG002
        """(k,) rad, where a rating has a direction."""
        return None

    @abstractmethod
    def _response(self, grey: NDArray[np.uint8]) -> NDArray[np.float32]: ...
