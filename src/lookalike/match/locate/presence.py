"""Whether a template is where it fits best, or no more than looks a little like it: by its detail.

Broad light and dark agree in many places, the more so where a size and a turn are fitted; detail agrees where the
template is. Correlations of two textures that have nothing to do with each other lie about 0, with a spread that
follows from how far their pixels depend on their neighbours [Bartlett, On the theoretical specification and sampling
properties of autocorrelated time-series, JRSS 1946], and, where both have their detail in the same few places, from
how few these are.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
import scipy  # its parts load when they are first used
from numpy.typing import NDArray

from lookalike.match.locate.peaks import Rank
from lookalike.types import Placement

CLEAR: Final = 5.0
"""Spreads of chance from which on detail agrees because the template is there (docs/decisions/0021)."""
CLEAR_OF_FITTED: Final = 5.5
"""Spreads of chance from which on the best of many sizes and turns is there."""
CLEAR_OF_MANY: Final = 6.0
"""Spreads of chance from which on the best of many pictures is there."""
CLEAR_OF_NEARLY_EQUAL: Final = 3.5
"""Spreads where the correlation is `NEARLY_EQUAL` and nothing was fitted: a small template has little detail."""
NEARLY_EQUAL: Final = 0.98
EQUAL: Final = 0.99
"""Correlation at a template's own size that no part of a photo had in another one, whatever its detail."""
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
    return placement.detail is None or placement.detail >= clear_of(placement) or is_equal


def clear_of(placement: Placement) -> float:
    """Spreads of chance that are asked of this one."""
    return CLEAR if _is_as_it_was(placement) else CLEAR_OF_FITTED


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
    broad = cv2.GaussianBlur(plane, (0, 0), FINE)
    return np.asarray(cv2.subtract(plane, broad, dst=broad))  # in its place: planes may be of 200 MB


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
    shared = max(float((_autocorrelation(one) * _autocorrelation(other)).sum()), 1.0)
    spread = math.sqrt(shared * _crowding(one, other, within) / within.sum())
    return float((one * other).sum()) / lengths / spread


def _crowding(one: Grey, other: Grey, within: NDArray[np.bool_]) -> float:
    """How many times as much detail meets as if it lay evenly in both; 1 at least.

    An outline before an even ground that is laid over another meets it along its length: so few pixels have a say.
    """
    energies = [cv2.GaussianBlur(np.square(plane), (0, 0), ABOUT) for plane in (one, other)]
    met = float((energies[0] * energies[1]).sum())
    return max(1.0, int(within.sum()) * met / float(energies[0].sum() * energies[1].sum()))


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
    """Autocorrelation at every shift, 1 at none."""
    spectrum = np.square(np.abs(scipy.fft.rfft2(plane, (2 * plane.shape[0], 2 * plane.shape[1]))))
    found = scipy.fft.irfft2(spectrum)
    return np.asarray(found / found[0, 0])
