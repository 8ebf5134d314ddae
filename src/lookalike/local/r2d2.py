"""R2D2 [Revaud et al., R2D2: repeatable and reliable detector and descriptor, NeurIPS 2019], without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from lookalike.local.dense import DenseFeatures, Level, Setup, maxima, on_cells
from lookalike.local.working_image import Working
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.r2d2 import DIM, PART, r2d2
from lookalike.pixels.planes import small
from lookalike.pixels.resize import resize
from lookalike.types import Picture, Pixels

if TYPE_CHECKING:
    import onnxruntime

APART: Final = 1
"""px within which there is only one keypoint."""
FINER: Final = 2**0.25
"""Times that each level is larger than the next."""


@dataclass(frozen=True)
class R2D2(DenseFeatures):
    """Keypoints that are found again, with rows that tell them apart: the score is the product of both confidences."""

    name: ClassVar[str] = "r2d2"
    revision: ClassVar[int] = 2
    source: ClassVar[str] = "Revaud et al., R2D2, NeurIPS 2019"
    official: ClassVar[str] = "r2d2_WASF_N16.pt"
    diameter: ClassVar[int] = 32

    reliable: float = 0.7
    """The least reliability of a row."""
    repeatable: float = 0.7
    """The least repeatability of a place."""
    smallest: int = 256
    """px of the longer side of the coarsest level, the least."""

    @property
    def _dim(self) -> int:
        return DIM

    def _levels(self, picture: Picture, work: Working, *, only_first: bool) -> list[Level]:
        height, width = work.grey.shape
        pixels = small(picture, width, height)
        levels: list[Level] = []
        scale = 1.0
        while not levels or (not only_first and scale * max(height, width) >= self.smallest):
            size = max(1, round(width * scale)), max(1, round(height * scale))
            levels.append(
                self._level(pixels if scale == 1 else resize(pixels, size), (width / size[0], height / size[1]))
            )
            scale /= FINER
        return levels

    def _level(self, pixels: Pixels, ratio: tuple[float, float]) -> Level:
        session = _session(self._setup)
        maps, reliability, repeatability = session.run(["rows", "reliability", "repeatability"], {"pixels": pixels})
        places = maxima(repeatability, APART, self.repeatable)
        places = places[reliability[places[:, 1], places[:, 0]] >= self.reliable]
        x, y = places.T
        scores = reliability[y, x] * repeatability[y, x]
        return Level(places.astype(np.float64), scores, on_cells(maps, 1, "linear"), ratio)


@cache
def _session(setup: Setup) -> onnxruntime.InferenceSession:
    """The network, built in memory once a process."""
    return setup.started(r2d2(read_checkpoint(setup.file, PART)))
