"""Hashes of segments, so that a cropped picture still shares some with the whole
[Steinebach, Liu & Yannikos, Efficient Cropping-Resistant Robust Image Hashing, ARES 2014], of regions that stay as they
are over many thresholds [Matas et al., Robust wide baseline stereo from MSER, BMVC 2002]."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.keypoint_ranking import best_first
from lookalike.local.limited import Limited
from lookalike.local.working_image import Working, working
from lookalike.registry import digest, formerly
from lookalike.types import Keypoints, LocalFeatures, Picture, Space

FREQUENCIES: Final = 8
"""Frequencies of the cosine transform whose signs are kept, each way."""
TILE: Final = 32
"""px that a segment is brought to, each way."""
LEAST: Final = 10
"""px of a segment, each way."""
MOST: Final = 0.3
"""Share of the picture that a segment may fill."""
BLUR: Final = 1.0
"""px of standard deviation: grain makes no segments."""
DELTA: Final = 5
"""Levels of grey that a segment stays over."""
VARIATION: Final = 0.5
"""Share of its area that a segment may change by over these levels."""
TWINS: Final = 0.1
"""Two boxes whose edges differ by less of their sides are one segment."""
FLAT: Final = 1.0
"""Grey levels of standard deviation below which there is nothing to see."""
NO_SCALE: Final = 24.0
"""px of the working picture that a keypoint without a scale stands for."""

Boxes = NDArray[np.float64]
"""(k, 4) left, top, right, bottom in working px, from edge to edge."""


@dataclass(frozen=True)
class Segments(Limited):
    """Signs of the lowest frequencies of the box around each segment and of a margin; both stay upright."""

    name: ClassVar[str] = "segments"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Steinebach, Liu & Yannikos, Cropping-Resistant Robust Image Hashing, ARES 2014"

    side: int = 320
    max_keypoints: int = field(default=64, metadata=formerly("budget"))
    margin: float = 0.3
    """Margin seen around the box, in its sides: what a segment lies in tells it from others of its shape."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.margin <= 2:
            raise ValueError(f"margin is 0 to 2, not {self.margin}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), FREQUENCIES**2, "hamming")

    def detect(self, picture: Picture) -> Keypoints:
        """The largest segments that reach no border, where a crop would have cut them; `affine` spans their boxes."""
        work = working(picture, self.side)
        boxes = np.zeros((0, 4)) if min(work.grey.shape) < 2 * LEAST else _boxes(work.grey)
        sides = boxes[:, 2:] - boxes[:, :2]
        halves = np.zeros((len(boxes), 2, 2))
        halves[:, [0, 1], [0, 1]] = sides / 2 * work.ratio
        found = Keypoints(
            work.to_original((boxes[:, :2] + boxes[:, 2:]) / 2 - 0.5),
            np.sqrt(sides.prod(axis=1) / work.grey.size).astype(np.float32),
            work.original,
            (np.sqrt(sides.prod(axis=1)) * work.scale).astype(np.float32),
            np.zeros(len(boxes), np.float32),
            halves.astype(np.float32),
        )
        return found[best_first(found)[: self.max_keypoints]]

    def extract(self, picture: Picture, keypoints: Keypoints | None = None) -> LocalFeatures:
        """Rows of `keypoints`, or of the segments, less those that show one even shade."""
        found = self.detect(picture) if keypoints is None else keypoints
        work = working(picture, self.side)
        tiles = [_tile(work.grey, box) for box in self._seen(work, found)]
        is_seen = np.array([tile.std() >= FLAT for tile in tiles], bool)
        rows = [_signs(tile) for tile, seen in zip(tiles, is_seen.tolist(), strict=True) if seen]
        return LocalFeatures(found[is_seen], np.array(rows, np.uint8).reshape(-1, FREQUENCIES**2 // 8), self.name)

    def mirrored(self, features: LocalFeatures) -> LocalFeatures:
        """In a mirror the waves that are odd from left to right change their sign."""
        odd = np.tile(np.arange(FREQUENCIES) % 2 == 1, FREQUENCIES)
        return replace(features, descriptors=np.asarray(features.descriptors, np.uint8) ^ np.packbits(odd))

    def _seen(self, work: Working, keypoints: Keypoints) -> Boxes:
        """With the margin."""
        middles = work.from_original(keypoints.xy).astype(np.float64) + 0.5
        halves = (1 + 2 * self.margin) * np.maximum(_halves(work, keypoints), 1)
        return np.concatenate([middles - halves, middles + halves], axis=1)


def _halves(work: Working, keypoints: Keypoints) -> NDArray[np.float64]:
    """(k, 2) working px from the middle of each to the right and lower edge of the box around it."""
    if keypoints.affine is not None:
        reach: NDArray[np.float64] = np.linalg.norm(keypoints.affine.astype(np.float64), axis=2)
        return reach / work.ratio
    if keypoints.scale is not None:
        return np.repeat(keypoints.scale.astype(np.float64)[:, None] / 2, 2, axis=1) / work.ratio
    return np.full((len(keypoints), 2), NO_SCALE / 2)


def _boxes(grey: NDArray[np.uint8]) -> Boxes:
    """Around stable regions, largest first, those left out that are nearly another."""
    height, width = grey.shape
    detector = cv2.MSER.create(DELTA, LEAST**2 // 2, int(MOST * grey.size), VARIATION)
    _, found = detector.detectRegions(cv2.GaussianBlur(grey, (0, 0), BLUR))
    corners = np.asarray(found, np.float64).reshape(-1, 4)
    boxes = np.concatenate([corners[:, :2], corners[:, :2] + corners[:, 2:]], axis=1)
    sides = corners[:, 2:]
    is_whole = (boxes > 0).all(axis=1) & (boxes[:, 2] < width) & (boxes[:, 3] < height)
    boxes = boxes[is_whole & (sides >= LEAST).all(axis=1)]
    return _apart(boxes[np.lexsort((*boxes.T, -(boxes[:, 2:] - boxes[:, :2]).prod(axis=1)))])


def _apart(boxes: Boxes) -> Boxes:
    kept: list[int] = []
    for at, box in enumerate(boxes):
        least = TWINS * (box[2] - box[0] + box[3] - box[1])
        if not kept or np.abs(boxes[kept] - box).sum(axis=1).min() >= least:
            kept.append(at)
    return boxes[kept]


def _tile(grey: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.float32]:
    """(TILE, TILE) what the picture has of the box."""
    height, width = grey.shape
    left, top = (int(np.clip(round(edge), 0, end - 1)) for edge, end in zip(box[:2], (width, height), strict=True))
    right, bottom = (max(round(edge), start + 1) for edge, start in zip(box[2:], (left, top), strict=True))
    inside = grey[top:bottom, left:right].astype(np.float32)  # an end beyond the picture is its border
    return np.asarray(cv2.resize(inside, (TILE, TILE), interpolation=cv2.INTER_AREA), np.float32)


def _signs(tile: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(FREQUENCIES^2 / 8,) packed, by vertical, then horizontal frequency; that of the mean is never set."""
    waves = _waves()
    signs = waves @ (tile - tile.mean()) @ waves.T > 0
    signs[0, 0] = False
    return np.packbits(signs)


@lru_cache
def _waves() -> NDArray[np.float32]:
    """(FREQUENCIES, TILE) cosines."""
    angles = np.pi / TILE * np.outer(np.arange(FREQUENCIES), np.arange(TILE) + 0.5)
    waves = np.cos(angles).astype(np.float32)
    waves.setflags(write=False)
    return waves
