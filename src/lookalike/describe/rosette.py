"""Strengths by wavelength and direction, drawn as a disc."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import FRAME, MARK, PAPER
from lookalike.types import Pixels

SIDE: Final = 190
"""px"""


def rosette(strengths: NDArray[np.floating]) -> Pixels:
    """(rings, directions) from 0 to 1, long waves in the middle, each direction and its opposite alike.

    Directions are evenly spread over half a turn, the first across upright crests, then clockwise.
    """
    rings, directions = strengths.shape
    disc = np.full((SIDE, SIDE, 3), PAPER, np.uint8)
    wide = 180 / directions
    for ring in reversed(range(rings)):
        radius = round((SIDE / 2 - 2) * (ring + 1) / rings)
        for direction in range(directions):
            share = float(np.clip(strengths[ring, direction], 0, 1))
            colour = [round(PAPER + share * (channel - PAPER)) for channel in MARK]
            for turn in (0, 180):
                start = turn + wide * (direction - 0.5)
                cv2.ellipse(disc, (SIDE // 2, SIDE // 2), (radius, radius), 0, start, start + wide, colour, cv2.FILLED)
        cv2.circle(disc, (SIDE // 2, SIDE // 2), radius, FRAME, 1, cv2.LINE_AA)
    return disc
