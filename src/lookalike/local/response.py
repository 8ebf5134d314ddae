"""Detectors that rate every px and keep the best: a working size, a max_keypoints, a distance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.local.limited import Limited, none_of
from lookalike.local.maxima import peaks, refined
from lookalike.local.working_image import working
from lookalike.types import Keypoints, Picture


@dataclass(frozen=True, eq=False)
class Rated:
    """A response over the grey picture, and what it says of its maxima."""

    response: NDArray[np.float32]
    """(h, w)"""

    def places(self, px: NDArray[np.int64]) -> NDArray[np.float64]:
        """(k, 2) px x, y to a fraction: by parabolas through the response, where a method has nothing better."""
        return refined(self.response, px)

    def angles(self, px: NDArray[np.int64]) -> NDArray[np.float32] | None:  # noqa: ARG002
        """(k,) rad, where a rating has a direction."""
        return None


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
        """The best `max_keypoints`."""
        work = working(picture, self.side)
        if work.is_tiny:
            return none_of(work.original)
        rated = self._rated(work.grey)
        px, scores = peaks(rated.response, self.apart, self.max_keypoints)
        scale = np.full(len(px), self._diameter * work.scale, np.float32)
        places = work.to_original(rated.places(px))
        return Keypoints(places, scores, work.original, scale, rated.angles(px))

    @property
    @abstractmethod
    def _diameter(self) -> float:
        """px of the working picture that a rating rests on."""

    @abstractmethod
    def _rated(self, grey: NDArray[np.uint8]) -> Rated: ...
