"""Light at places around keypoints, in the frame of each: its place, scale and angle."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.local.working_image import Working
from lookalike.types import Keypoints

LEVELS: Final = 5
"""Levels of the pyramid: the coarsest stands for 16 px a px."""


def sampled(
    work: Working, keypoints: Keypoints, offsets: NDArray[np.float64], diameter: float | None
) -> NDArray[np.float32]:
    """(k, o) light at (o, 2) `offsets`, of which 1 is a keypoint's radius, turned by its angle.

    With `diameter`, in px of the working picture, every keypoint counts as of that size. Read from the level of a
    pyramid whose px are about as far apart as the offsets; beyond the border the picture is as at it.
    """
    at = work.from_original(keypoints.xy).astype(np.float64)
    radius = _radius(work, keypoints, diameter)
    angle = np.zeros(len(at)) if keypoints.angle is None else keypoints.angle.astype(np.float64)
    c, s = np.cos(angle) * radius, np.sin(angle) * radius
    x = at[:, :1] + np.outer(c, offsets[:, 0]) - np.outer(s, offsets[:, 1])  # (k, o)
    y = at[:, 1:] + np.outer(s, offsets[:, 0]) + np.outer(c, offsets[:, 1])
    step = radius * 2 / max(np.sqrt(len(offsets)), 1.0)
    level = np.clip(np.rint(np.log2(np.maximum(step, 1e-6))), 0, LEVELS - 1).astype(int)
    light = np.zeros(x.shape, np.float32)
    plane = work.grey.astype(np.float32)
    for octave in range(int(level.max(initial=0)) + 1):
        rows = level == octave
        if rows.any():
            light[rows] = _read(plane, x[rows] / 2**octave, y[rows] / 2**octave)
        plane = np.asarray(cv2.pyrDown(plane), np.float32)
    return light


def _radius(work: Working, keypoints: Keypoints, diameter: float | None) -> NDArray[np.float64]:
    """(k,) px of the working picture."""
    if diameter is not None:
        return np.full(len(keypoints), diameter / 2)
    if keypoints.scale is None:
        raise ValueError("keypoints without a scale need a diameter")
    return np.maximum(keypoints.scale.astype(np.float64) / work.scale / 2, 0.5)


def _read(plane: NDArray[np.float32], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float32]:
    """Bilinear."""
    across, down = np.asarray(x, np.float32), np.asarray(y, np.float32)
    read = cv2.remap(plane, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(read, np.float32)
