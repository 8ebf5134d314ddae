"""ALIKED [Zhao et al., ALIKED: a lighter keypoint and descriptor extraction network via deformable transformation, TIM
2023], without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from lookalike.local.deformable import Maps, described
from lookalike.local.dense import DenseFeatures, Level, Places, Setup, inside, maxima, padded
from lookalike.local.interpolated import interpolated
from lookalike.local.working_image import Working
from lookalike.models.aliked import CELLS, STEP, Head, aliked, dim
from lookalike.models.checkpoint import read_checkpoint
from lookalike.pixels.planes import small
from lookalike.registry import formerly
from lookalike.types import Picture

if TYPE_CHECKING:
    import onnxruntime

APART: Final = 2
"""px within which there is only one keypoint, and along the border without any."""
TEMPERATURE: Final = 0.1
"""Temperature of the softmax whose mean is the place between px."""


@dataclass(frozen=True)
class ALIKED(DenseFeatures):
    """Keypoints to a fraction of a px, with a row of places around each that the network chose for it."""

    name: ClassVar[str] = "aliked"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Zhao et al., ALIKED, IEEE TIM 2023 (weights BSD-3-Clause)"
    official: ClassVar[str] = "aliked-n16.pth"
    diameter: ClassVar[int] = 16

    variant: Literal["t16", "n16", "n16rot", "n32"] = "n16"
    """Tiny or normal; how many places a row; `rot` was trained on turned pictures."""
    threshold: float = field(default=0.2, metadata=formerly("least"))
    """Score of a px to be a keypoint; less finds more."""

    @property
    def _dim(self) -> int:
        return dim(self.variant)

    @property
    def _row(self) -> str:
        return f"aliked-{self.variant}"

    def _levels(self, picture: Picture, work: Working, *, only_first: bool) -> list[Level]:  # noqa: ARG002  one level
        session, head = _network(self._setup, self.variant)
        height, width = work.grey.shape
        names = [f"map{number}" for number in range(len(CELLS))]
        pixels = padded(small(picture, width, height), STEP)
        *maps, score = session.run([*names, "score"], {"pixels": pixels})
        score = score[:height, :width]
        places = between(score, inside(maxima(score, APART, self.threshold), score.shape, APART))
        scores = interpolated(score[None], places, "linear")[:, 0]
        return [Level(places, scores, described(Maps(tuple(maps), (height, width)), head))]


def between(score: NDArray[np.float32], px: NDArray[np.int64]) -> Places:
    """Where the score is greatest around (k, 2) px, to a fraction of one: the mean place, weighed by a softmax."""
    steps = np.arange(-APART, APART + 1)
    down, across = np.meshgrid(steps, steps, indexing="ij")
    around = score[px[:, 1, None, None] + down, px[:, 0, None, None] + across].astype(np.float64)
    weights = np.exp((around - around.max(axis=(1, 2), keepdims=True)) / TEMPERATURE)
    weights /= weights.sum(axis=(1, 2), keepdims=True)
    moved = np.column_stack([(weights * across).sum(axis=(1, 2)), (weights * down).sum(axis=(1, 2))])
    return np.asarray(px + moved, np.float64)


@cache
def _network(setup: Setup, variant: str) -> tuple[onnxruntime.InferenceSession, Head]:
    """Built in memory once a process."""
    network = aliked(read_checkpoint(setup.file), variant)
    return setup.started(network.graph), network.head
