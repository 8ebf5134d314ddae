"""Keypoints drawn as what they stand for: a disc of that size, its direction, or the ellipse of a region."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import MARK, PAPER, drawn, fit
from lookalike.pixels.colour import rgb_of_grey
from lookalike.types import Keypoints, Picture, Pixels

PALE: Final = 0.6
"""Share of the contrast that the picture keeps below its marks."""
BITS: Final = 3
"""Binary places of a px that lines are drawn to."""
LEAST: Final = 3.0
"""px of the smallest radius that is drawn."""


def marked(picture: Picture, keypoints: Keypoints, side: int) -> Pixels:
    """(h, w, 3): the picture pale, within side x side px, and every keypoint on it."""
    size = fit(picture.size, side)
    scale = np.array(size) / picture.size
    grey = cv2.cvtColor(drawn(picture.pixels, size), cv2.COLOR_RGB2GRAY)
    shown = rgb_of_grey(np.rint(PAPER - PALE * (PAPER - grey.astype(np.float32))).astype(np.uint8))
    for outline in _outlines(keypoints, LEAST / float(scale.max())):
        line = np.rint(((outline + 0.5) * scale - 0.5) * 2**BITS).astype(np.int32)
        cv2.polylines(shown, [line], False, MARK, 1, cv2.LINE_AA, shift=BITS)
    return shown


def _outlines(keypoints: Keypoints, least: float) -> list[NDArray[np.float64]]:
    """(p, 2) places of the line of each, in px of the original: a circle, from its middle where it has a direction."""
    turns = np.linspace(0, 2 * np.pi, 33)
    disc = np.column_stack([np.cos(turns), np.sin(turns)])
    if keypoints.angle is not None:
        disc = np.concatenate([np.zeros((1, 2)), disc])
    return [place + disc @ shape.T for place, shape in zip(keypoints.xy, _shapes(keypoints, least), strict=True)]


def _shapes(keypoints: Keypoints, least: float) -> NDArray[np.float64]:
    """(k, 2, 2) what takes the unit disc to the keypoint."""
    if keypoints.affine is not None:
        return keypoints.affine.astype(np.float64)
    radius = np.full(len(keypoints), least) if keypoints.scale is None else np.maximum(keypoints.scale / 2.0, least)
    angle = np.zeros(len(keypoints)) if keypoints.angle is None else keypoints.angle
    c, s = radius * np.cos(angle), radius * np.sin(angle)
    return np.stack([np.stack([c, -s], axis=1), np.stack([s, c], axis=1)], axis=1)
