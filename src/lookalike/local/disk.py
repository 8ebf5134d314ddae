"""DISK [Tyszkiewicz et al., DISK: learning local features with policy gradient, NeurIPS 2020], without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.local.dense import DenseFeatures, Level, Places, Setup, maxima, padded
from lookalike.local.sparse import read_between
from lookalike.local.working_image import Working
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.disk import DIM, KERNEL, PART, STEP, Disk, disk
from lookalike.pixels.planes import small
from lookalike.registry import formerly
from lookalike.types import Picture

if TYPE_CHECKING:
    import onnxruntime

APART: Final = 2
"""px within which there is only one keypoint."""


@dataclass(frozen=True)
class DISK(DenseFeatures):
    """Keypoints whose matches were rewarded, with 128 numbers; the score is the logit of being one."""

    name: ClassVar[str] = "disk"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Tyszkiewicz et al., DISK, NeurIPS 2020 (weights Apache-2.0)"
    official: ClassVar[str] = "depth-save.pth"
    diameter: ClassVar[int] = STEP

    threshold: float = field(default=0.0, metadata=formerly("least"))
    """The logit of a px to be a keypoint; less finds more."""

    @property
    def _dim(self) -> int:
        return DIM

    def _levels(self, picture: Picture, work: Working, *, only_first: bool) -> list[Level]:  # noqa: ARG002  one level
        session, network = _network(self._setup)
        height, width = work.grey.shape
        hidden, heat = session.run(["hidden", "heat"], {"pixels": padded(small(picture, width, height), STEP)})
        heat = heat[:height, :width]
        places = maxima(heat, APART, self.threshold)
        scores = heat[places[:, 1], places[:, 0]]
        return [Level(places.astype(np.float64), scores, partial(_read, network, hidden, heat.shape))]


def _read(disk: Disk, hidden: NDArray[np.float32], shape: tuple[int, int], xy: Places) -> NDArray[np.float32]:
    """(k, 128); beyond the picture they are as at its border."""
    weight = disk.weight.reshape(DIM, -1).T

    def at_px(px: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.asarray(patches(hidden, px).reshape(len(px), -1) @ weight + disk.bias, np.float32)

    height, width = shape
    return read_between(at_px, np.clip(xy, 0, (width - 1, height - 1)), shape)


def patches(maps: NDArray[np.float32], px: NDArray[np.int64]) -> NDArray[np.float32]:
    """(k, d, KERNEL, KERNEL) of (d, h, w) maps around (k, 2) px x, y; beyond the maps all is 0."""
    steps = np.arange(KERNEL) - KERNEL // 2
    across, down = px[:, :1] + steps, px[:, 1:] + steps  # (k, KERNEL)
    height, width = maps.shape[1:]
    x, y = np.clip(across, 0, width - 1)[:, None], np.clip(down, 0, height - 1)[:, :, None]
    is_there = (across == x[:, 0])[:, None] & (down == y[:, :, 0])[:, :, None]
    return np.asarray((maps[:, y, x] * is_there).transpose(1, 0, 2, 3))


@cache
def _network(setup: Setup) -> tuple[onnxruntime.InferenceSession, Disk]:
    """Built in memory once a process."""
    network = disk(read_checkpoint(setup.file, PART))
    return setup.started(network.graph), network
