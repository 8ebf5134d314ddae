"""How unlike its neighbourhood a place is [Moravec, Obstacle avoidance and navigation, 1980], and what in the
neighbourhood it is like [Shechtman & Irani, Matching local self-similarities, CVPR 2007]."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.response import Rated, RatedPx
from lookalike.local.sampling import sampled
from lookalike.local.with_detector import WithDetector
from lookalike.local.working_image import Working
from lookalike.types import Keypoints

CENTRE: Final = 5
"""px of the patch that is sought around itself."""
PLACES: Final = 3
"""Looked at in each ring of each sector."""
NOISE: Final = 150.0
"""Mean squared difference of light that may be noise."""


@dataclass(frozen=True)
class Uniqueness(RatedPx):
    """By how much each px's patch differs from that which is most like it, `reach` px away or less."""

    name: ClassVar[str] = "uniqueness"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Moravec, Obstacle avoidance and navigation in the real world, 1980"

    reach: int = 2
    """px."""

    @property
    def _diameter(self) -> float:
        return CENTRE + 2 * self.reach

    def _rated(self, grey: NDArray[np.uint8]) -> Rated:
        light = grey.astype(np.float32)
        least = np.full(grey.shape, np.inf, np.float32)
        steps = (-self.reach, 0, self.reach)
        for across, down in product(steps, steps):
            if across or down:
                least = np.minimum(
                    least, cv2.boxFilter((light - _moved(light, across, down)) ** 2, -1, (CENTRE, CENTRE))
                )
        return Rated(least)


@dataclass(frozen=True)
class SelfSimilarity(WithDetector):
    """How like the patch in the middle is what lies around it, the most in each of rings x sectors."""

    name: ClassVar[str] = "self_similarity"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Shechtman & Irani, Matching local self-similarities, CVPR 2007"

    detector: str = "uniqueness"
    rings: int = 4
    sectors: int = 16
    diameter: float = 41.0
    """px of the working picture."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rings < 1 or self.sectors < 3 or self.diameter < CENTRE:
            raise ValueError(f"rings is 1 or more, sectors 3 or more, diameter {CENTRE} px or more")

    @property
    def _dim(self) -> int:
        return self.rings * self.sectors

    @property
    def _least(self) -> float:
        return 1e-3

    def _rows(self, work: Working, keypoints: Keypoints) -> NDArray[np.float32]:
        """Rows of similarity, less its mean: what is everywhere alike has no row."""
        patches = self._patches()  # (places, c * c, 2)
        light = sampled(work, keypoints, patches.reshape(-1, 2), self.diameter)
        light = light.reshape(len(keypoints), *patches.shape[:2])
        centre = light[:, :1]
        apart = ((light[:, 1:] - centre) ** 2).mean(axis=2)  # (k, places)
        noise = np.maximum(NOISE, np.median(apart, axis=1, keepdims=True))
        alike = np.exp(-apart / noise).reshape(len(keypoints), self.rings, self.sectors, PLACES).max(axis=3)
        rows = alike.reshape(len(keypoints), self._dim)
        return np.asarray(rows - rows.mean(axis=1, keepdims=True), np.float32)

    def _patches(self) -> NDArray[np.float64]:
        """(1 + places, CENTRE^2, 2) offsets, in radii: the patch in the middle, then PLACES a ring and sector."""
        radius = self.diameter / 2
        inner = (CENTRE / 2 + 1) / radius
        edges = np.geomspace(inner, 1, self.rings + 1)
        rings = np.sqrt(edges[:-1] * edges[1:])
        turns = 2 * np.pi * (np.arange(PLACES * self.sectors) + 0.5) / (PLACES * self.sectors)
        places = [(0.0, 0.0), *((r * np.cos(t), r * np.sin(t)) for r in rings for t in turns)]
        steps = np.arange(CENTRE) - CENTRE // 2
        patch = np.array(list(product(steps, steps)), np.float64) / radius
        return np.array(places)[:, None] + patch


def _moved(light: NDArray[np.float32], across: int, down: int) -> NDArray[np.float32]:
    """Each px is that so many further right and down, at most the last."""
    rows = np.clip(np.arange(light.shape[0]) + down, 0, light.shape[0] - 1)
    columns = np.clip(np.arange(light.shape[1]) + across, 0, light.shape[1] - 1)
    return light[rows][:, columns]
