"""Pictures as a template search sees them, and its places back in px of the original."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from lookalike.match.correlation import Plane
from lookalike.types import Picture, Placement


def planes(picture: Picture, colour: bool) -> Plane:
    """(h, w, 3) in colour, else (h, w, 1) of luma."""
    if colour:
        return np.ascontiguousarray(picture.pixels)
    grey: Plane = cv2.cvtColor(np.ascontiguousarray(picture.pixels), cv2.COLOR_RGB2GRAY)
    return grey[:, :, None]


def scaled_to(image: Picture, found: Sequence[Placement]) -> tuple[Placement, ...]:
    """In px of the original, where the picture was decoded at a fraction of it."""
    across, down = image.size[0] / image.pixels.shape[1], image.size[1] / image.pixels.shape[0]
    return tuple(
        replace(one, box=(one.box[0] * across, one.box[1] * down, one.box[2] * across, one.box[3] * down))
        for one in found
    )
