"""How SuperPoint is taught: corners of drawn shapes, then keypoints and rows of photos seen twice
[DeTone et al., SuperPoint, CVPRW 2018]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import torch
from torch import Tensor

from lookalike.learn.checkpoint import Checkpoint, read, write
from lookalike.learn.features.adaptation import adapted, repeated
from lookalike.learn.features.course import KEYPOINTS, Course
from lookalike.learn.features.pool import Pool, classes_of, grey_of, of_shapes
from lookalike.learn.features.superpoint import SuperPoint, detector_loss, heat_of, rows_loss
from lookalike.learn.features.warps import Views, crops

AT_ONCE: Final = 16
"""Photos between two looks whether somebody asks to stop."""


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


@dataclass(eq=False)
class SuperPointCourse:
    """Corners of drawn shapes; then these as seen in photos, through many views; then keypoints and rows at once."""

    measure: ClassVar[str] = "repeatability"

    seed: int = 0
    drawings: int = 4000
    """Drawings that corners are learned from, at most, each seen anew every time."""
    keypoints: int = KEYPOINTS

    def __post_init__(self) -> None:
        self.network = SuperPoint(self.seed)

    def learn(self, photos: Tensor, course: Course) -> bool:
        """Teaches it by photos (n, 3, s, s) uint8; False where somebody asked to stop."""
        rng = np.random.default_rng(course.pace.seed)
        shapes = of_shapes(
            min(self.drawings, course.pace.iterations * course.pace.batch), round(course.side * 1.5), rng
        ).to(course.device)
        if not course.lesson("shapes", self.network, Corners(self.network, shapes, course.side)):
            return False
        grey = grey_of(photos).to(course.device)
        points = self._points(grey, course)
        if points is None:
            return False
        step = SeenTwice(self.network, Pool(grey, points), course.side, course.share)
        return course.lesson("photos", self.network, step)

    def _points(self, grey: Tensor, course: Course) -> Tensor | None:
        """(n, k, 2) keypoints of the photos by what shapes have taught; None where somebody asked to stop."""
        file = course.file("points")
        found = read(file).tensors["points"] if file.is_file() else torch.zeros(0, self.keypoints, 2)
        found = found.to(course.device)
        while len(found) < len(grey):
            if course.should_stop():
                return None
            rng = np.random.default_rng([course.pace.seed, len(found)])
            part = adapted(self.network, grey[len(found) : len(found) + AT_ONCE], course.views, self.keypoints, rng)
            found = torch.cat([found, part])
            write(file, Checkpoint({"points": found}, len(found), (), course.about))
        return found

    def scored(self, photos: Tensor, maps: Tensor) -> Tensor:
        """(n,) repeatability of the photos (n, 3, s, s) and their views (n, 3, 3)."""
        network = self.network.eval()
        device = next(network.parameters()).device
        return repeated(lambda light: heat_of(network(light)[0]), grey_of(photos).to(device), maps, self.keypoints)

    def weights(self) -> Mapping[str, Any]:
        """Content of the file, as the authors of the paper laid theirs out."""
        return self.network.weights()
