"""XFeat [Potje et al., XFeat: accelerated features for lightweight image matching, CVPR 2024], without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from lookalike.local.dense import DenseFeatures, Level, Setup, maxima, on_cells, padded, picture_of_cells
from lookalike.local.interpolated import interpolated
from lookalike.local.working_image import Working
from lookalike.models.cells import CELL
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.xfeat import DIM, STEP, xfeat
from lookalike.registry import formerly
from lookalike.types import Picture

if TYPE_CHECKING:
    import onnxruntime

APART: Final = 2
"""px within which there is only one keypoint."""


@dataclass(frozen=True)
class XFeat(DenseFeatures):
    """Keypoints and 64 numbers of a small network; the score is how sure the place is, times how reliable the row."""

    name: ClassVar[str] = "xfeat"
    revision: ClassVar[int] = 2
    source: ClassVar[str] = "Potje et al., XFeat, CVPR 2024 (weights Apache-2.0)"
    official: ClassVar[str] = "xfeat.pt"
    diameter: ClassVar[int] = CELL

    threshold: float = field(default=0.05, metadata=formerly("least"))
    """Probability of a px to be a keypoint; less finds more."""

    @property
    def _dim(self) -> int:
        return DIM

    def _levels(self, picture: Picture, work: Working, *, only_first: bool) -> list[Level]:  # noqa: ARG002  one level
        session = _session(self._setup)
        maps, reliability, cells = session.run(["rows", "reliability", "heat"], {"grey": padded(work.grey, STEP)})
        height, width = work.grey.shape
        heat = picture_of_cells(cells)[:height, :width]
        places = maxima(heat, APART, self.threshold)
        reliable = interpolated(reliability[None], (places + 0.5) / CELL - 0.5, "linear")[:, 0]
        lengths = np.linalg.norm(maps, axis=0, keepdims=True)
        scores = heat[places[:, 1], places[:, 0]] * reliable
        rows = on_cells(maps / np.maximum(lengths, 1e-12), CELL, "cubic")
        return [Level(places.astype(np.float64), scores, rows)]


@cache
def _session(setup: Setup) -> onnxruntime.InferenceSession:
    """The network, built in memory once a process."""
    return setup.started(xfeat(read_checkpoint(setup.file)))
