"""How R2D2 is taught: by photos and other views of them [Revaud et al., R2D2, NeurIPS 2019]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lookalike.learn.features.adaptation import repeated
from lookalike.learn.features.course import KEYPOINTS, Course
from lookalike.learn.features.pool import NOWHERE, Pool
from lookalike.learn.features.r2d2 import R2D2, average_precision, likeness_loss, peak_loss, reliability_loss
from lookalike.learn.features.warps import Views, crops, grid, moved, seen

PATCH: Final = 16
"""px of a patch that is to have one peak."""
EVERY: Final = 8
"""px between places that are asked for."""


@dataclass(frozen=True, eq=False)
class SeenAgain:
    """Lesson of photos: `side` px of a part of each, and the same from another view."""

    network: Any
    photos: Pool
    side: int
    share: float

    def __call__(self, count: int, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
        chosen = torch.from_numpy(rng.integers(len(self.photos), size=count)).to(self.photos.pictures.device)
        first, between = (maps.to(chosen.device) for maps in (crops(count, self.share, rng), Views().drawn(count, rng)))
        one = self.photos.view(chosen, first, self.side, generator)
        other = self.photos.view(chosen, first @ between, self.side, generator)
        rows, reliability, heat = (each.float() for each in self.network(torch.cat([one.light, other.light])))
        back, there = seen(heat[:count, None], between, self.side)  # what the first says of the places of the other
        patch = min(PATCH, self.side // 2)
        alike = likeness_loss(back[:, 0], heat[count:], there & other.inside, patch)
        return alike + peak_loss(heat, patch) + self._told_apart(rows, reliability, between)

    def _told_apart(self, rows: Tensor, reliability: Tensor, between: Tensor) -> Tensor:
        """Loss of rows: a place of the other view asks for itself among places of all first views."""
        count = len(between)
        asked = grid(self.side // EVERY, self.side // EVERY, rows.device).expand(count, -1, -1)
        places = moved(asked, between)
        known = (places.abs() <= 1).all(dim=-1)  # (b, q)
        sure = _read(reliability[count:, None], asked)[known][:, 0]
        cosines = _read(rows[count:], asked)[known] @ _read(rows[:count], places)[known].T
        right = torch.eye(len(cosines), dtype=torch.bool, device=rows.device)
        return reliability_loss(average_precision(cosines, right), sure)


def _read(maps: Tensor, places: Tensor) -> Tensor:
    """(b, q, d) of (b, d, h, w) maps at (b, q, 2) places, at unit norm where d is more than 1."""
    found = functional.grid_sample(maps, places[:, :, None], align_corners=False)[..., 0].transpose(1, 2)
    return functional.normalize(found, dim=-1) if maps.shape[1] > 1 else found


@dataclass(eq=False)
class R2D2Course:
    """One lesson, of photos."""

    measure: ClassVar[str] = "repeatability"

    seed: int = 0
    keypoints: int = KEYPOINTS

    def __post_init__(self) -> None:
        self.network = R2D2(self.seed)

    def learn(self, photos: Tensor, course: Course) -> bool:
        """Teaches it by photos (n, 3, s, s) uint8; False where somebody asked to stop."""
        pool = Pool(photos, torch.full((len(photos), 1, 2), NOWHERE)).to(course.device)
        return course.lesson("photos", self.network, SeenAgain(self.network, pool, course.side, course.share))

    def scored(self, photos: Tensor, maps: Tensor) -> Tensor:
        """(n,) repeatability of the photos (n, 3, s, s) and their views (n, 3, 3)."""
        network = self.network.eval()

        def heat(light: Tensor) -> Tensor:
            _, reliability, found = network(light)
            return reliability * found

        return repeated(heat, photos.to(next(network.parameters()).device), maps, self.keypoints)

    def weights(self) -> Mapping[str, Any]:
        """Content of the file, as the authors of the paper laid theirs out."""
        return self.network.weights()
