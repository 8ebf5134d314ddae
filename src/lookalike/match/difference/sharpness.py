"""By how much one of two aligned pictures is more blurred than the other."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from lookalike.match.difference.overlap import Mask
from lookalike.match.difference.tone_bound import Plane

BLURS: Final = (0.45, 0.6, 0.8, 1.1, 1.5, 2.1, 2.9, 4.0, 5.6, 8.0, 11.0)
"""px of the standard deviation of what may have blurred one of the two."""
SWATCH: Final = 96
"""px of the squares that sharpness is compared on."""
CANDIDATES: Final = 10
"""Squares that sharpness may be compared on, those of most detail."""
SWATCHES: Final = 4
"""Squares among these that agree best: a difference there is no blur."""
WIDE: Final = 33
"""px of the windows whose mean does not count."""
GONE: Final = 1.5
"""Times what is least, from which on no more blur helps."""
MEETS: Final = 0.8
"""Correlation of what is blurred alike: where that is not reached, the two differ in more than sharpness."""
CLEAR: Final = 0.97
"""Share of the difference that may be left, for a blur to be believed."""


def sharpness(a: Plane, b: Plane, both: Mask) -> tuple[float, float]:
    """By how many px a, or b, is to be blurred to be as the other; one of the two is 0."""
    swatches = _swatches(a, b, both)
    if not swatches:
        return 0.0, 0.0
    of_a, of_b = (sum(_fineness(pair[side]) for pair in swatches) for side in (0, 1))
    least, best = _off(swatches, 0.0, 0.0), (0.0, 0.0)
    # Noise makes what is blurred look fine: where the finer one gains nothing, the other is tried.
    for side in (0, 1) if of_a >= of_b else (1, 0):
        for sigma in BLURS:
            blurs = (sigma, 0.0) if side == 0 else (0.0, sigma)
            off = _off(swatches, *blurs)
            if off < CLEAR * least:
                best, least = blurs, off
            elif off > GONE * least:
                break
        if best != (0.0, 0.0):
            break
    met = np.median([_correlation(blurred(a, best[0]), blurred(b, best[1])) for a, b in swatches])
    return best if met >= MEETS else (0.0, 0.0)


def blurred(plane: Plane, sigma: float) -> Plane:
    """By a Gaussian of that many px."""
    return plane if sigma == 0 else np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma))


def _off(swatches: list[tuple[Plane, Plane]], blur_a: float, blur_b: float) -> float:
    left = np.concatenate([blurred(b, blur_b) - blurred(a, blur_a) for a, b in swatches])
    left -= cv2.blur(left, (WIDE, WIDE))
    return float(np.sqrt(np.minimum(np.abs(left), 40.0)).mean()) + 1e-3


def _swatches(a: Plane, b: Plane, both: Mask) -> list[tuple[Plane, Plane]]:
    """Squares of both, of one size: of those with most detail in both, those that agree best."""
    height, width = a.shape
    side = min(SWATCH, height, width)
    found: list[tuple[float, Plane, Plane]] = []
    for y in range(0, height - side + 1, max(side, (height - side) // 6 or 1)):
        for x in range(0, width - side + 1, max(side, (width - side) // 6 or 1)):
            window = slice(y, y + side), slice(x, x + side)
            if both[window].all():
                left, right = a[window], b[window]
                found.append((min(_fineness(left), _fineness(right)), left, right))
    found.sort(key=lambda each: -each[0])
    pairs = [(left, right) for _, left, right in found[:CANDIDATES]]
    return sorted(pairs, key=lambda pair: -_correlation(*pair))[:SWATCHES]


def _correlation(a: Plane, b: Plane) -> float:
    """Correlation of two squares, each less its own blur: edges in the same places."""
    of_a, of_b = a - cv2.blur(a, (WIDE, WIDE)), b - cv2.blur(b, (WIDE, WIDE))
    strength = float(np.linalg.norm(of_a) * np.linalg.norm(of_b))
    return float((of_a * of_b).sum()) / strength if strength > 1 else 0.0


def _fineness(plane: Plane) -> float:
    return float(cv2.absdiff(plane[:, 1:], plane[:, :-1]).mean())
