"""Matched keypoints of two pictures in frames of their own: centred, the longer side 1, so that sizes do not count.

The longer side of a strip is as long as `STRIP` shorter ones: what lies side by side on a panorama is far apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.projection import Points
from lookalike.types import Keypoints, LocalFeatures, Matches, Matrix, Size

STRIP: Final = 3
"""Times that a frame is longer than wide, at most."""


@dataclass(frozen=True, eq=False)
class Framed:
    """(n, 2) places in the frame; (n,) log2 of the scale and (n, 2) unit vectors of the angle, where both are known."""

    at: Points
    log_scale: NDArray[np.float64] | None
    heading: Points | None

    def __len__(self) -> int:
        return len(self.at)

    def __getitem__(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Framed:
        if self.log_scale is None or self.heading is None:
            return Framed(self.at[rows], None, None)
        return Framed(self.at[rows], self.log_scale[rows], self.heading[rows])


_FRAMED: Final[WeakKeyDictionary[Keypoints, Framed]] = WeakKeyDictionary()


def framed(keypoints: Keypoints) -> Framed:
    """Pose counts only where every keypoint has a scale and an angle. Remembered for as long as the keypoints live."""
    found = _FRAMED.get(keypoints)
    if found is None:
        found = _FRAMED[keypoints] = _framed(keypoints)
    return found


def _framed(keypoints: Keypoints) -> Framed:
    inwards = to_frame(keypoints.size)
    at = keypoints.xy.astype(np.float64) * inwards[0, 0] + inwards[:2, 2]
    if keypoints.scale is None or keypoints.angle is None:
        return Framed(at, None, None)
    angle = keypoints.angle.astype(np.float64)
    log_scale = np.log2(np.maximum(keypoints.scale.astype(np.float64) * inwards[0, 0], 1e-9))
    return Framed(at, log_scale, np.column_stack([np.cos(angle), np.sin(angle)]))


def to_frame(size: Size) -> Matrix:
    """(3, 3) from px to the frame."""
    width, height = size
    longer = min(max(width, height), STRIP * min(width, height))
    return np.array([[1, 0, -(width - 1) / 2], [0, 1, -(height - 1) / 2], [0, 0, longer]], np.float64) / longer


def in_px(model: Matrix, size_a: Size, size_b: Size) -> Matrix:
    """A model between frames as one between px, scaled so that its last number is 1 where it can be."""
    between: Matrix = np.linalg.inv(to_frame(size_b)) @ model @ to_frame(size_a)
    return between / between[2, 2] if abs(between[2, 2]) > 1e-12 else between


def fundamental_in_px(model: Matrix, size_a: Size, size_b: Size) -> Matrix:
    """A fundamental matrix between frames as one between px, of norm 1."""
    between: Matrix = to_frame(size_b).T @ model @ to_frame(size_a)
    return between / np.linalg.norm(between)


def of_matches(a: LocalFeatures, b: LocalFeatures, matches: Matches) -> tuple[Framed, Framed]:
    """The two ends of each match; without pose where only one side has it."""
    ours, theirs = framed(a.keypoints)[matches.pairs[:, 0]], framed(b.keypoints)[matches.pairs[:, 1]]
    if ours.heading is None or theirs.heading is None:
        return Framed(ours.at, None, None), Framed(theirs.at, None, None)
    return ours, theirs
