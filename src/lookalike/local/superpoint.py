"""SuperPoint [DeTone et al., SuperPoint: self-supervised interest point detection and description, CVPRW 2018], without
PyTorch.

The authors' weights are for research without commerce only, and are not passed on: their path is a setting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lookalike.local.dense import DenseFeatures, Level, Setup, inside, on_cells, padded, picture_of_cells, spaced
from lookalike.local.working_image import Working
from lookalike.models.cells import CELL
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.superpoint import DIM, superpoint
from lookalike.registry import formerly
from lookalike.types import Picture

if TYPE_CHECKING:
    import onnxruntime


@dataclass(frozen=True)
class SuperPoint(DenseFeatures):
    """Corners as a network learned them from drawn shapes, with 256 numbers; the score is the probability of a px."""

    name: ClassVar[str] = "superpoint"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "DeTone et al., SuperPoint, CVPRW 2018 (weights: non-commercial research only)"
    official: ClassVar[str] = "superpoint_v1.pth"
    diameter: ClassVar[int] = CELL

    threshold: float = field(default=0.005, metadata=formerly("least"))
    """Probability of a px to be a keypoint; less finds more."""
    apart: int = 4
    """px within which there is only one keypoint."""
    border: int = 4
    """px along the border without keypoints."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.apart < 1 or self.border < 0:
            raise ValueError(f"apart is 1 px or more and border 0 px or more, not {self.apart} and {self.border}")

    @property
    def _dim(self) -> int:
        return DIM

    def _levels(self, picture: Picture, work: Working, *, only_first: bool) -> list[Level]:  # noqa: ARG002  one level
        session = _session(self._setup)
        maps, cells = session.run(["rows", "heat"], {"grey": padded(work.grey, CELL)})
        height, width = work.grey.shape
        heat = picture_of_cells(cells)[:height, :width]
        places = inside(spaced(heat, self.apart, self.threshold), heat.shape, self.border)
        scores = heat[places[:, 1], places[:, 0]]
        return [Level(places.astype(np.float64), scores, on_cells(maps, CELL, "linear"))]


@cache
def _session(setup: Setup) -> onnxruntime.InferenceSession:
    """The network, built in memory once a process."""
    return setup.started(superpoint(read_checkpoint(setup.file)))
