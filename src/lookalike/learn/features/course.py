"""Courses: what a network is taught, lesson by lesson, each of which goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import torch
from torch import Tensor

from lookalike.learn.checkpoint import Checkpoint, read, write
from lookalike.learn.features.adaptation import adapted, repeated
from lookalike.learn.features.descent import Descent, Pace, Round, Step
from lookalike.learn.features.pool import Pool, grey_of, of_shapes
from lookalike.learn.features.steps import Corners, SeenTwice
from lookalike.learn.features.superpoint import SuperPoint

KEYPOINTS: Final = 300
"""Most keypoints of a photo, learned from and judged by."""
AT_ONCE: Final = 16
"""Photos between two looks whether somebody asks to stop."""


@dataclass(frozen=True)
class Course:
    """How a network is taught, where what is unfinished lies, and who is told.

    `run` is the beginning of the names of its files; `about` tells photos and settings apart.
    """

    pace: Pace
    side: int
    views: int
    run: Path
    about: str
    device: str = "cpu"
    remark: Callable[[str], None] = lambda _: None
    on_round: Callable[[str, Round, int], None] = lambda lesson, round_, most: None  # noqa: ARG005  it is a default
    should_stop: Callable[[], bool] = lambda: False

    def file(self, lesson: str) -> Path:
        """File of a lesson that is not over."""
        return self.run.with_name(f"{self.run.name}.{lesson}.run")

    def lesson(self, name: str, network: Any, step: Step) -> bool:
        """True where all steps were done; False where somebody asked to stop."""
        descent = Descent(
            network,
            step,
            self.pace,
            f"{self.about} {name}",
            self.device,
            bf16=self.device == "cuda",
            on_smaller=lambda count: self.remark(
                f"the device ran out of memory: batches have {count} pictures from now on"
            ),
        )

        def told(one: Round) -> None:
            self.on_round(name, one, self.pace.iterations)

        return descent.run(self.file(name), told, self.should_stop)


class Taught(Protocol):
    """Network that a course teaches, and what it is worth."""

    network: Any

    def learn(self, photos: Tensor, course: Course) -> bool:
        """Teaches it by photos (n, 3, s, s) uint8; False where somebody asked to stop."""
        ...

    def scored(self, photos: Tensor, maps: Tensor) -> Tensor:
        """(n,) share of what is found again in views (n, 3, 3) of photos that it has not seen."""
        ...

    def weights(self) -> Mapping[str, Any]:
        """Content of the file, as the authors of the paper laid theirs out."""
        ...


@dataclass(eq=False)
class SuperPointCourse:
    """Corners of drawn shapes; then these as seen in photos, through many views; then keypoints and rows at once."""

    seed: int = 0
    drawings: int = 4000
    """Drawings that corners are learned from, each seen anew every time."""
    keypoints: int = KEYPOINTS

    def __post_init__(self) -> None:
        self.network = SuperPoint(self.seed)

    def learn(self, photos: Tensor, course: Course) -> bool:
        """Teaches it by photos (n, 3, s, s) uint8; False where somebody asked to stop."""
        rng = np.random.default_rng(course.pace.seed)
        shapes = of_shapes(self.drawings, round(course.side * 1.5), rng).to(course.device)
        if not course.lesson("shapes", self.network, Corners(self.network, shapes, course.side)):
            return False
        grey = grey_of(photos).to(course.device)
        points = self._points(grey, course)
        if points is None:
            return False
        step = SeenTwice(self.network, Pool(grey, points), course.side, course.side / grey.shape[-1])
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
        return repeated(self.network, grey_of(photos), maps, self.keypoints)

    def weights(self) -> Mapping[str, Any]:
        """Content of the file, as the authors of the paper laid theirs out."""
        return self.network.weights()
