"""Whether a template is where it fits best, or no more than looks a little like it: by its detail.

Broad light and dark agree in many places, the more so where a size and a turn are fitted; detail agrees where the
template is. Correlations of two textures that have nothing to do with each other lie about 0, with a spread that
follows from how far their pixels depend on their neighbours [Bartlett, On the theoretical specification and sampling
properties of autocorrelated time-series, JRSS 1946].
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, rfft2

from lookalike.match.peaks import Rank
from lookalike.types import Placement

CLEAR: Final = 5.0
"""Spreads of chance from which on detail agrees because the template is there (docs/decisions/0013)."""
EQUAL: Final = 0.99
"""Correlation at a template's own size that no part of a photo had in another: a small one has too little detail."""
CLEAR_OF_MANY: Final = 7.0
"""The same of the best of thousands of pictures, where chance reaches further (docs/decisions/0021)."""
NEARLY_EQUAL: Final = 0.98
CLEAR_OF_NEARLY_EQUAL: Final = 4.5
"""Correlation at a template's own size for which less detail will do: a small template has little."""
FITS: Final = 0.75
"""Correlation below which no detail makes the best of many pictures the right one."""
FINE: Final = 2.0
"""px, the spread of what is taken for broad light and dark."""
ABOUT: Final = 4.0
"""px, the spread of what contrast is evened out over: else one strong edge, which many pictures have, would decide."""
GRAIN: Final = 2.0
"""Grey levels of contrast that are not raised to that of the rest."""
MOST: Final = 2**14
"""px of a template that tell as much as more would."""

Grey = NDArray[np.float32]


def is_there(placement: Placement) -> bool:
    """Whether detail says so, or nothing is known of it, or both are as good as equal with nothing fitted."""
    is_equal = placement.score >= EQUAL and _is_as_it_was(placement)
    return placement.detail is None or placement.detail >= CLEAR or is_equal


def is_there_of_many(placement: Placement) -> bool:
    """Whether detail says so of the best place in one of many pictures, or nothing is known of it."""
    is_nearly_equal = placement.score >= NEARLY_EQUAL and _is_as_it_was(placement)
    clear = CLEAR_OF_NEARLY_EQUAL if is_nearly_equal else CLEAR_OF_MANY
    return placement.detail is None or (placement.score >= FITS and placement.detail >= clear)


def _is_as_it_was(placement: Placement) -> bool:
    """Neither size nor turn was fitted."""
    return (placement.scale, placement.angle) == (1, 0)


def there_first(placement: Placement) -> Rank:
    """Rank of those that are there before all others, each by its score."""
    return float(is_there(placement)), placement.score


def fine(plane: Grey) -> Grey:
    """Without broad light and dark."""
    return np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), FINE))


def detail(template: Grey, seen: Grey, inside: NDArray[np.bool_] | None = None) -> float:
    """By how many spreads of chance a template (h, w) and what lies under it agree in detail; 0 where there is none.

    Of the pixels `inside` alone.
    """
    size = _size(template.shape)
    counted = np.ones(template.shape, np.float32) if inside is None else inside.astype(np.float32)
    within = cv2.resize(counted, size, interpolation=cv2.INTER_AREA) >= 0.5
    one, other = (
        _evened(cv2.resize(plane * counted, size, interpolation=cv2.INTER_AREA), within) for plane in (template, seen)
    )
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    if lengths < 1e-6:
        return 0.0
    spread = math.sqrt(max(float((_autocorrelation(one) * _autocorrelation(other)).sum()), 1.0) / within.sum())
    return float((one * other).sum()) / lengths / spread


def _size(shape: tuple[int, ...]) -> tuple[int, int]:
    """Width and height, of `MOST` px at most."""
    factor = min(1.0, math.sqrt(MOST / (shape[0] * shape[1])))
    return max(1, round(shape[1] * factor)), max(1, round(shape[0] * factor))


def _evened(plane: Grey, within: NDArray[np.bool_]) -> Grey:
    """Without broad light and dark, and of about the same contrast everywhere; 0 outside."""
    inside = within.astype(np.float32)

    def blurred(values: Grey, spread: float) -> Grey:
        of_inside = cv2.GaussianBlur(inside, (0, 0), spread)
        return np.asarray(cv2.GaussianBlur(values * inside, (0, 0), spread) / np.maximum(of_inside, 1e-6))

    apart = plane - blurred(plane, FINE)
    return np.asarray(inside * apart / np.sqrt(blurred(np.square(apart), ABOUT) + GRAIN**2))


def _autocorrelation(plane: Grey) -> NDArray[np.float32]:
    """Of every shift, 1 at none."""
    spectrum = np.square(np.abs(rfft2(plane, (2 * plane.shape[0], 2 * plane.shape[1]))))
    found = irfft2(spectrum)
    return np.asarray(found / found[0, 0])
