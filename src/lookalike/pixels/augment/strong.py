"""Several edits, one after the other, as a picture collects them on its way through the net."""

from __future__ import annotations

import numpy as np

from lookalike.pixels.augment import frame, geometry, light
from lookalike.pixels.augment.edited import Edited
from lookalike.types import Pixels

_SHAPE = (geometry.crop, geometry.rotation, geometry.flip, geometry.scale)
_LOOK = (light.brightness, light.contrast, light.gamma, light.cast, light.grey, light.blur, light.noise)
_ADDED = (frame.text, frame.box, frame.border, frame.letterbox, frame.screenshot)


def strong(pixels: Pixels, rng: np.random.Generator, other: Pixels) -> Edited:
    """One edit of shape, one of light, something added, and a JPEG of quality 10 to 60."""
    copy = Edited(pixels, np.eye(3))
    for kind in (_SHAPE, _LOOK, _ADDED, (light.jpeg,)):
        step = kind[rng.integers(len(kind))](copy.pixels, rng, other)
        copy = Edited(step.pixels, copy.transform @ step.transform)
    return copy
