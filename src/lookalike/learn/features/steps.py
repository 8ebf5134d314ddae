"""Steps of SuperPoint's two lessons: corners of drawn shapes, then keypoints and rows of photos seen twice
[DeTone et al., SuperPoint, CVPRW 2018]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lookalike.learn.features.pool import Pool, classes_of
from lookalike.learn.features.superpoint import detector_loss, rows_loss
from lookalike.learn.features.warps import Views, crops


@dataclass(frozen=True, eq=False)
class Corners:
    """Lesson of MagicPoint, the detector alone: corners of views of drawn shapes, `side` px of a part of each."""

    network: Any
    shapes: Pool
    side: int
    share: float = 0.75

    def __call__(self, count: int, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
        chosen = torch.from_numpy(rng.integers(len(self.shapes), size=count)).to(self.shapes.pictures.device)
        maps = crops(count, self.share, rng) @ Views().drawn(count, rng)
        view = self.shapes.view(chosen, maps.to(chosen.device), self.side, generator)
        logits, _, early = self.network.with_early(view.light)
        return _detected([logits, *early], classes_of(view))


@dataclass(frozen=True, eq=False)
class SeenTwice:
    """Lesson of photos whose keypoints are known: `side` px of a part of each, and the same from another view."""

    network: Any
    photos: Pool
    side: int
    share: float
    weight: float = 1.0
    """Weight of the loss of rows; the paper's is 0.0001 of a sum that we take as a mean."""

    def __call__(self, count: int, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
        chosen = torch.from_numpy(rng.integers(len(self.photos), size=count)).to(self.photos.pictures.device)
        first, between = (maps.to(chosen.device) for maps in (crops(count, self.share, rng), Views().drawn(count, rng)))
        one = self.photos.view(chosen, first, self.side, generator)
        other = self.photos.view(chosen, first @ between, self.side, generator)
        logits, rows, early = self.network.with_early(torch.cat([one.light, other.light]))
        found = _detected([logits, *early], torch.cat([classes_of(one), classes_of(other)]))
        return found + self.weight * rows_loss(rows[:count], rows[count:], between, other.inside)


def _detected(logits: list[Tensor], classes: Tensor) -> Tensor:
    """Mean loss of a detector and its companions."""
    return torch.stack([detector_loss(each, classes) for each in logits]).mean()
