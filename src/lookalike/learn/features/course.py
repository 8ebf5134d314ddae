"""Courses: what a network is taught, lesson by lesson, each of which goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from torch import Tensor

from lookalike.learn.features.descent import Descent, Pace, Round, Step

KEYPOINTS: Final = 300
"""Most keypoints of a photo, learned from and judged by."""


@dataclass(frozen=True)
class Course:
    """How a network is taught, where what is unfinished lies, and who is told.

    `run` is the beginning of the names of its files; `about` tells photos and settings apart.
    """

    pace: Pace
    side: int
    """px of a view."""
    share: float
    """Share of a photo's side that a view shows."""
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

    measure: ClassVar[str]
    """Name of the share that is scored."""
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
