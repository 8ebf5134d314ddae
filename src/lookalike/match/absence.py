"""How well a template fits where it is not: the better, the more was searched and the smoother it is.

Correlations of a template with windows that have nothing to do with it lie about 0, the wider, the fewer independent
pixels both have; `atanh` makes them normal [Fisher, On the probable error of a coefficient of correlation, 1921]. The
highest of n such is about sqrt(2 log n) spreads above 0.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

MARGIN = 1.0
"""By which the highest that chance gives is multiplied; chosen on made cases (docs/decisions/0013)."""

ANYWHERE: Final = 0.5
"""Correlation that two smooth windows have in many pictures, whatever few windows say of the spread.

Of 361 parts of photos that were looked for in another one 17 score more than this and than their chance, without it
43; of those that are there one in 150 more is lost in noise, one in ten where half is covered (docs/decisions/0013).
"""


def highest_of(spread: float, count: int) -> float:
    """What the highest of `count` normal values of that spread about 0 is, about."""
    return spread * math.sqrt(2 * math.log(max(count, 2)))


def highest_by_chance(spread: float, count: int, margin: float = MARGIN) -> float:
    """The score that the best of `count` unrelated windows hardly exceeds, all of which have that spread about 0."""
    return math.tanh(margin * highest_of(spread, count))


def chance_in(response: NDArray[np.float32]) -> float:
    """The same of a response of correlations: by its negative ones, since the template itself is among the others.

    A large template has few windows, which are all alike where the two are smooth: never less than `ANYWHERE`.
    """
    seen = response[::4, ::4]
    below = seen[seen < 0]
    spread = math.sqrt(float(np.square(below).mean(dtype=np.float64))) if below.size else 0.0
    return max(ANYWHERE, highest_by_chance(spread, response.size))
