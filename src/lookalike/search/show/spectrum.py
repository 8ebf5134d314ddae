"""The waves that a picture is made of: its Fourier spectrum, and their strength by length and direction."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import captioned, framed, side_by_side, stacked_up
from lookalike.describe.fourier import LOWEST, PowerSpectrum, drawn
from lookalike.describe.rosette import rosette
from lookalike.describe.spectrum import HIGHEST, amplitudes
from lookalike.pixels.colour import rgb_of_grey
from lookalike.search.show.charts import whole
from lookalike.search.show.drawing import Drawing
from lookalike.types import Picture

SIDE: Final = 190
"""px of each drawing."""
DIRECTIONS: Final = ("upright", "slanted down to the left", "level", "slanted down to the right")
"""How crests lie, by eighths of a turn of the way across them, clockwise from the x axis."""


def spectrum(picture: Picture) -> Drawing:
    """The amplitudes in logarithms, long waves in the middle; beside them the rosette of the describer `fourier`."""
    describer = PowerSpectrum()
    logarithms = np.log1p(amplitudes(picture))
    light = np.rint(255 * logarithms / max(float(logarithms.max()), 1e-12)).astype(np.uint8)
    plane = framed(cv2.resize(rgb_of_grey(light), (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    strengths = describer.strengths(picture)
    discs = [
        captioned(plane, "amplitudes, in logarithms"),
        captioned(rosette(drawn(strengths)), "by length, direction"),
    ]
    return Drawing(_told(strengths), stacked_up([whole(picture), side_by_side(discs)]))


def _told(strengths: NDArray[np.float64]) -> str:
    if strengths.max() < 1e-6:
        return "The picture is flat: it has no waves."
    ring, direction = np.unravel_index(int(strengths.argmax()), strengths.shape)
    waves = float(np.geomspace(LOWEST, HIGHEST, len(strengths))[ring])
    eighth = int(np.floor(4 * direction / strengths.shape[1] + 0.5)) % 4
    share = float(strengths.max() / strengths.mean())
    return (
        f"The strongest waves repeat {waves:.0f} times across the picture, their crests {DIRECTIONS[eighth]}: "
        f"{share:.1f} times the mean of all lengths and directions."
    )
