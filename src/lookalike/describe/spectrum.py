"""How strong the waves of a picture are, by their length and direction."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.reduced import SIDE, reduced_grey
from lookalike.types import Picture

_MIDDLE: Final = SIDE // 2
HIGHEST: Final = float(_MIDDLE - 1)
"""Waves a picture of the shortest that are looked at."""


def amplitudes(picture: Picture) -> NDArray[np.float32]:
    """(SIDE, SIDE) of the Fourier transform of light, longest waves in the middle; 0 for waves shorter than 2 px.

    Light fades to its mean towards a circle, so that neither the edges of the picture nor how it is turned adds waves.
    Computed once a picture, and read-only.
    """
    return picture.plane("amplitudes", lambda _: _amplitudes(reduced_grey(picture)))


def polar(plane: NDArray[np.float32], rings: int, directions: int, lowest: float) -> NDArray[np.float32]:
    """(rings, directions) of `amplitudes`: rings evenly spread in the logarithm of waves a picture, from `lowest` up.

    Directions over half a turn, the first across upright crests, then clockwise: the other half is the same.
    """
    across, down = _places(rings, directions, lowest)
    return np.asarray(cv2.remap(plane, across, down, cv2.INTER_LINEAR), np.float32)


@lru_cache
def _places(rings: int, directions: int, lowest: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    radii = np.geomspace(lowest, HIGHEST, rings)
    angles = np.pi * np.arange(directions) / directions
    across = _MIDDLE + np.outer(radii, np.cos(angles))
    down = _MIDDLE + np.outer(radii, np.sin(angles))
    return across.astype(np.float32), down.astype(np.float32)


@lru_cache
def _fading() -> NDArray[np.float32]:
    """(SIDE, SIDE) from 1 in the middle to 0 at the circle, as a Hann window turned about it."""
    offsets = (np.arange(SIDE) + 0.5) / _MIDDLE - 1
    radius = np.minimum(np.hypot(offsets[:, None], offsets[None]), 1)
    return (0.5 + 0.5 * np.cos(np.pi * radius)).astype(np.float32)


def _amplitudes(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    window = _fading()
    light = grey.astype(np.float32)
    mean = float((window * light).sum() / window.sum())
    transform = cv2.dft((light - mean) * window, flags=cv2.DFT_COMPLEX_OUTPUT)
    return np.fft.fftshift(cv2.magnitude(transform[:, :, 0], transform[:, :, 1])).astype(np.float32)
