"""How probable it is that chance does as well
[Moisan & Stival, A probabilistic criterion to detect rigid point matches, IJCV 2004].

Chance draws each match's end in b among the keypoints of b. Matches side by side in both pictures are drawn
together: a word of a text, a tag on a shelf counts by its extent, not by its letters.
"""

from __future__ import annotations

from math import exp, inf, lgamma, log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.frames import Framed
from lookalike.match.verify.inliers import agree, posed
from lookalike.match.verify.projection import Points, project
from lookalike.types import Matrix

ROWS: Final = 512
"""Ends that are compared at once with all keypoints of b: 20 MB for 2,000."""
APART: Final = 0.06
"""Share of the longer side: matches nearer than that in both pictures count as one."""
MOST_CELLS: Final = 10_000
"""Such lengths from the middle of a frame to its outline, the most that are told apart."""
POSE: Final = 0.2
"""Probability that two keypoints drawn at random agree in pose, unless the matches at hand say more."""
WEIGHT: Final = 5.0
"""Matches that this is worth."""


def log_chance(model: Matrix, a: Framed, b: Framed, agreeing: NDArray[np.bool_], sample: int, place: float) -> float:
    """Natural logarithm of the expected number of sets of the matches that agree as well by chance.

    `sample` matches fix a model; each other one agrees in place with probability `place`.
    """
    n, count = clumps(a.at, b.at), clumps(a.at[agreeing], b.at[agreeing])
    return log_alarms(n, count, sample, min(1.0, place * _pose(model, a[~agreeing], b[~agreeing])))


def log_alarms(n: int, count: int, sample: int, p_agree: float) -> float:
    """Logarithm of the number of false alarms: `count` of `n` matches agree with a model that `sample` of them fix.

    Each agrees by chance with probability `p_agree`.
    """
    if count <= sample:
        return inf
    models = log(max(n - sample, 1)) + _log_choose(n, count) + _log_choose(count, sample)
    return models + (count - sample) * log(p_agree)


def as_probability(log_alarms: float) -> float:
    """The expected number bounds the probability of any."""
    return 1.0 if log_alarms >= 0 else exp(max(log_alarms, -700.0))


def clumps(a: Points, b: Points) -> int:
    """Number of places between which there are matches."""
    cells = np.clip(np.floor(np.column_stack([a, b]) / APART), -MOST_CELLS, MOST_CELLS).astype(np.int64)
    return len(np.unique(cells @ (2 * MOST_CELLS + 1) ** np.arange(4)))


def evenly(keypoints: Framed, tolerance: float) -> float:
    """Probability that one is within the tolerance of a place, were they spread evenly over the part they fill."""
    filled: NDArray[np.float64] = np.ptp(keypoints.at, axis=0) + 2 * tolerance
    return min(1.0, np.pi * tolerance**2 / float(filled.prod()))


def crowded(model: Matrix, a: Framed, agreeing: NDArray[np.bool_], all_b: Framed, tolerance: float) -> float:
    """Probability as of `evenly`, by the keypoints of b about where `model` puts the ends `a` of the matches.

    More than one about a match that agrees: keypoints crowd there. One about a match that disagrees: they repeat, as
    on a grid, so that many models put keypoints on keypoints.
    """
    crowd = _hits(model, a[agreeing], all_b, tolerance) - int(agreeing.sum())
    again = min(_hits(model, a[~agreeing], all_b, tolerance), len(a))
    expected = max(crowd, 0) / max(int(agreeing.sum()), 1) + again / (int((~agreeing).sum()) + WEIGHT)
    return min(1.0, expected / len(all_b) / POSE + evenly(all_b, tolerance))


def _hits(model: Matrix, ends: Framed, all_b: Framed, tolerance: float) -> int:
    """How often a keypoint of b agrees with where `model` puts an end."""
    there = project(model, ends.at)
    return sum(_hits_of(model, ends, there, all_b, tolerance, at) for at in range(0, len(ends), ROWS))


def _hits_of(model: Matrix, ends: Framed, there: Points, all_b: Framed, tolerance: float, start: int) -> int:
    """Hits of `ROWS` ends from `start` on."""
    across, down = (there[start : start + ROWS, None, axis] - all_b.at[:, axis] for axis in (0, 1))
    across *= across
    down *= down
    across += down
    rows, columns = np.divmod(np.flatnonzero(across <= tolerance * tolerance), len(all_b))
    return int(agree(model, ends[start + rows], all_b[columns], tolerance).sum())


def _pose(model: Matrix, a: Framed, b: Framed) -> float:
    """Probability that a match agrees in pose by chance, from those that disagree in place: of text, all do."""
    if a.heading is None:
        return 1.0
    alike = int(posed(model, a, b).sum())
    return max(POSE, (alike + POSE * WEIGHT) / (len(a) + WEIGHT))


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
