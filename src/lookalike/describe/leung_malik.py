"""Answers to edges and bars in six directions, to spots and to light, each of several sizes: the Leung-Malik bank
[Leung & Malik, Representing and Recognizing the Visual Appearance of Materials, IJCV 2001]."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.filter_bank import Spectra, blur, damped, filtered, ridges, spectra, spectrum, spot
from lookalike.types import Picture

ANSWERS: Final = 48
"""Answers at a place: 18 edges, 18 bars, 8 spots, 4 of light."""
WIDTHS: Final = tuple(float(np.sqrt(2) ** step) for step in range(1, 5))
"""px of standard deviation; edges and bars have the first three, spots also three times each."""


def answers(picture: Picture) -> NDArray[np.float32]:
    """(PLACES, PLACES, ANSWERS) by kind, size, direction: turned, a texture is another; once a picture."""
    return picture.plane("leung_malik", lambda _: damped(filtered(spectrum(picture), _bank())))


@lru_cache
def _bank() -> Spectra:
    directed = [ridge for order in (1, 2) for width in WIDTHS[:3] for ridge in ridges(width, order)]
    spots = [spot(times * width) for times in (1, 3) for width in WIDTHS]
    return spectra([*directed, *spots, *map(blur, WIDTHS)])
