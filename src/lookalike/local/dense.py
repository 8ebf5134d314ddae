"""Networks that rate every px and have a row everywhere: what their features have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.interpolated import Kernel, interpolated
from lookalike.local.keypoint_ranking import best_first
from lookalike.local.limited import Limited, none_of
from lookalike.local.with_detector import unit_rows
from lookalike.local.working_image import Working, working
from lookalike.models.onnx_session import Device, started
from lookalike.models.user_weights import weights_digest, weights_file
from lookalike.registry import digest
from lookalike.types import Keypoints, LocalFeatures, Picture, Space

if TYPE_CHECKING:
    import onnxruntime

Places: TypeAlias = NDArray[np.float64]
"""(k, 2) x, y"""


@dataclass(frozen=True, eq=False)
class Level:
    """Output of a network for the working picture at one size: where keypoints are, how good, and rows everywhere."""

    xy: Places
    """px of the level."""
    scores: NDArray[np.float32]
    described: Callable[[Places], NDArray[np.float32]]
    """(k, d), of any length, of px of the level."""
    ratio: tuple[float, float] = (1.0, 1.0)
    """px of the working picture a px of the level, across and down."""

    @property
    def found(self) -> Places:
        """(k, 2) px of the working picture."""
        return (self.xy + 0.5) * self.ratio - 0.5

    def rows(self, xy: Places) -> NDArray[np.float32]:
        """(k, d) of unit length, at px of the working picture."""
        return unit_rows(self.described((xy + 0.5) / self.ratio - 0.5), 0)[0]


@dataclass(frozen=True)
class Setup:
    """Where a network comes from and what it runs on."""

    file: Path
    sha256: str
    """Others at the same path are another network, in the same process too."""
    threads: int
    device: Device

    def started(self, graph: bytes) -> onnxruntime.InferenceSession:
        """A session of it."""
        return started(graph, self.threads, self.device)


@dataclass(frozen=True)
class DenseFeatures(Limited, ABC):
    """A detector and extractor in one pass; its keypoints have no angle: pictures count as upright."""

    name: ClassVar[str]
    official: ClassVar[str]
    """Name of the weights' file where the authors publish it."""
    diameter: ClassVar[int]
    """px of a level that a keypoint stands for."""

    weights: str = field(default="", compare=False)
    """Path of a checkpoint; none: the one that `lookalike models get` brought."""
    threads: int = field(default=1, compare=False)
    device: Device = field(default="auto", compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.threads < 1:
            raise ValueError(f"threads is 1 or more, not {self.threads}")

    @property
    def checkpoint(self) -> Path:
        """Its weights; raises `WeightsError` that says how to get them."""
        return weights_file(self.weights, self._row, official=self.official)

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digest of the network's weights."""
        return (weights_digest(self.weights, self._row, official=self.official),)

    @property
    def _setup(self) -> Setup:
        """Setup that its session depends on."""
        return Setup(self.checkpoint, self.weight_digests[0], self.threads, self.device)

    @property
    def _row(self) -> str:
        """Row of the table of weights."""
        return self.name

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self._dim, "cosine")

    def detect(self, picture: Picture) -> Keypoints:
        """The best `max_keypoints`, best first."""
        return self.extract(picture).keypoints

    def extract(self, picture: Picture, keypoints: Keypoints | None = None) -> LocalFeatures:
        """Rows of `keypoints`, in their order; or of its own, best first."""
        work = working(picture, self.side)
        given = none_of(picture.size) if keypoints is None else keypoints
        nothing_asked = keypoints is not None and not len(keypoints)
        if nothing_asked or work.is_tiny or work.is_even:  # of an even picture a network only sees the border
            return LocalFeatures(given[:0], np.zeros((0, self._dim), np.float32), self.name)
        levels = self._levels(picture, work, only_first=keypoints is not None)
        if keypoints is None:
            return self._own(levels, work)
        xy = work.from_original(keypoints.xy).astype(np.float64)
        return LocalFeatures(keypoints, levels[0].rows(xy), self.name)

    def _own(self, levels: list[Level], work: Working) -> LocalFeatures:
        xy = np.concatenate([level.found for level in levels])
        sizes = np.concatenate([np.full(len(level.xy), np.sqrt(np.prod(level.ratio))) for level in levels])
        keypoints = Keypoints(
            work.to_original(xy),
            np.concatenate([level.scores for level in levels]),
            work.original,
            (sizes * self.diameter * work.scale).astype(np.float32),
        )
        order = best_first(keypoints)[: self.max_keypoints]
        rows = np.zeros((len(order), self._dim), np.float32)
        level_of = np.repeat(np.arange(len(levels)), [len(level.xy) for level in levels])[order]
        for number, level in enumerate(levels):
            rows[level_of == number] = level.rows(xy[order[level_of == number]])  # few are kept: only these are read
        return LocalFeatures(keypoints[order], rows, self.name)

    @property
    @abstractmethod
    def _dim(self) -> int: ...

    @abstractmethod
    def _levels(self, picture: Picture, work: Working, *, only_first: bool) -> list[Level]:
        """The finest first; of only that one the keypoints do not matter."""


def on_cells(maps: NDArray[np.float32], cell: int, kernel: Kernel) -> Callable[[Places], NDArray[np.float32]]:
    """Reads (d, h, w) maps, of which a px is `cell` px of the level."""
    return partial(_read, maps, cell, kernel)


def _read(maps: NDArray[np.float32], cell: int, kernel: Kernel, xy: Places) -> NDArray[np.float32]:
    return interpolated(maps, (xy + 0.5) / cell - 0.5, kernel)


def padded(plane: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """(h, w, ...) with sides that are multiples of `step`: below and to the right it goes on as at the border."""
    height, width = plane.shape[:2]
    beyond = [(0, -height % step), (0, -width % step)]
    return np.pad(plane, beyond + [(0, 0)] * (plane.ndim - 2), "edge")


def picture_of_cells(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """(8 h, 8 w) of (h, w, 64), each cell's px row by row."""
    height, width, _ = cells.shape
    return cells.reshape(height, width, 8, 8).transpose(0, 2, 1, 3).reshape(8 * height, 8 * width)


def maxima(heat: NDArray[np.float32], apart: int, least: float) -> NDArray[np.int64]:
    """(k, 2) px x, y that are the greatest within `apart` px of them, and above `least`."""
    greatest = cv2.dilate(heat, np.ones((2 * apart + 1, 2 * apart + 1), np.uint8))
    y, x = np.nonzero((heat >= greatest) & (heat > least))
    return np.column_stack([x, y])


def spaced(heat: NDArray[np.float32], apart: int, least: float) -> NDArray[np.int64]:
    """(k, 2) px x, y above `least`, chosen from the greatest on, each more than `apart` px from all chosen before it.

    All that are the greatest of what is left around them are chosen at once, which comes to the same.
    """
    window = np.ones((2 * apart + 1, 2 * apart + 1), np.uint8)
    is_left = heat > least
    chosen = np.zeros(heat.shape, np.bool_)
    while is_left.any():
        left = np.where(is_left, heat, -np.inf).astype(np.float32)
        best = is_left & (left >= cv2.dilate(left, window))
        chosen |= best
        is_left &= cv2.dilate(best.astype(np.uint8), window) == 0
    y, x = np.nonzero(chosen)
    return np.column_stack([x, y])


def inside(places: NDArray[Any], shape: tuple[int, ...], border: int) -> NDArray[Any]:
    """Places (k, 2), px x, y, that are `border` px or more from the outermost px of an (h, w) picture."""
    height, width = shape
    return places[((places >= border) & (places < np.array([width, height]) - border)).all(axis=1)]
