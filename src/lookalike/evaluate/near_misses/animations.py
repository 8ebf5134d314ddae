"""Animations that begin alike: a shared first frame, shown or blank, and other frames after it."""

from __future__ import annotations

import numpy as np
from PIL import Image

from lookalike.evaluate.near_misses.family import Frames
from lookalike.evaluate.near_misses.photos import Photos
from lookalike.types import Pixels

SIZE = (420, 320)
COUNT = 6
"""Frames."""


def animations(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """The last frame turned the other way; another motion from the middle on; another scene after the first frame.

    The first frame is that of the scene, or black, or white.
    """
    scene, other = photos.fitted(rng, SIZE), photos.fitted(rng, SIZE)
    blank = [None, 0, 255][int(rng.integers(3))]
    first = np.array(scene) if blank is None else np.full((SIZE[1], SIZE[0], 3), blank, np.uint8)
    moved = [_turned(scene, 4 * at) for at in range(1, COUNT)]
    back = [_turned(scene, -4 * at) for at in range(1, COUNT)]
    half = len(moved) // 2
    return (
        (first, *moved),
        (first, *moved[:-1], back[-1]),
        (first, *moved[:half], *back[half:]),
        (first, *(_turned(other, 4 * at) for at in range(1, COUNT))),
    )


def _turned(scene: Image.Image, degrees: int) -> Pixels:
    return np.array(scene.rotate(degrees, Image.Resampling.BICUBIC))
