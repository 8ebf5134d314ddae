"""Similarities that single matches propose, each from the scale and angle of its keypoints
[Lowe, IJCV 2004; Philbin et al., Object retrieval with large vocabularies and fast spatial matching, CVPR 2007]."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.frames import Framed

LOOSE: Final = 0.2
"""Share of the distance from the proposing match, which the error of its angle and scale may displace another by."""
MOST: Final = 400
"""Matches that propose and vote, the best: the cost grows with their square."""
ALIKE_TURN: Final = np.cos(np.radians(30))
ALIKE_GROWTH: Final = 0.7
"""Octaves."""


def supported(a: Framed, b: Framed, tolerance: float, *, count: int, mirrored: bool) -> list[NDArray[np.int64]]:
    """For each of the `count` best proposals the matches that support it, most first; none without scale and angle."""
    if a.heading is None or b.heading is None or a.log_scale is None or b.log_scale is None:
        return []
    n = min(len(a), MOST)
    growth, turn = (b.log_scale - a.log_scale)[:n], _turns(a.heading[:n], b.heading[:n], mirrored)
    alike = (turn @ turn.T >= ALIKE_TURN) & (np.abs(growth[:, None] - growth) <= ALIKE_GROWTH)
    across, down = _moved(a.at[:n], growth, turn, mirrored)
    allowed = across * across  # (n, n), in place from here on: fresh memory takes as long as the sums
    allowed += down * down
    np.sqrt(allowed, out=allowed)
    allowed *= LOOSE
    allowed += tolerance * np.maximum(1, 2 ** growth[:, None])
    allowed *= allowed
    for off, ends in ((across, b.at[:n, 0]), (down, b.at[:n, 1])):
        off -= ends - ends[:, None]
        off *= off
    across += down
    return _best(alike & (across <= allowed), count)


def _turns(heading_a: NDArray[np.float64], heading_b: NDArray[np.float64], mirrored: bool) -> NDArray[np.float64]:
    """(n, 2) cosine and sine of the turn from a, mirrored first where asked, to b."""
    x, y = heading_a.T
    x = -x if mirrored else x
    u, v = heading_b.T
    return np.column_stack([x * u + y * v, x * v - y * u])


def _moved(
    at: NDArray[np.float64], growth: NDArray[np.float64], turn: NDArray[np.float64], mirrored: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n, n) across and down: row i holds offsets of all places from place i, as proposal i scales and turns them."""
    x, y = -at[:, 0] if mirrored else at[:, 0], at[:, 1]
    x, y = x - x[:, None], y - y[:, None]
    c, s = (2**growth * turn.T)[:, :, None]
    return c * x - s * y, s * x + c * y


def _best(support: NDArray[np.bool_], count: int) -> list[NDArray[np.int64]]:
    """The rows of most votes, each the best of those that share most of its votes."""
    found: list[NDArray[np.int64]] = []
    left = support.copy()
    for _ in range(count):
        votes = left.sum(axis=1)
        best = int(votes.argmax())
        if votes[best] < 3:
            break
        found.append(np.flatnonzero(support[best]))
        left[:, support[best]] = False
    return found
