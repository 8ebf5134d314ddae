"""Bound on what any change of light and colour can explain, before one is sought at twelve times the cost.

The change of a px follows from its own level and colour. So it is bounded by a regression on these that knows
no editor: where that leaves nearly all, so does every change.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

LUMA: Final = np.array([0.299, 0.587, 0.114])
POWERS: Final = 4
"""Powers of the level, from 0 on, that the regression knows beside the colour."""
LENIENT: Final = 12.0
"""Levels from which on a px counts less and less: it may show something else."""
ROUNDS: Final = 3
HOPELESS: Final = 0.9
"""Share of the difference that such a regression leaves where no change explains it.

Where a change was found, of 134 pairs, it left .71 at most (docs/decisions/0031).
"""

Plane = NDArray[np.float32]


def may_explain(x: Plane, y: Plane) -> bool:
    """Whether a change of (n, 3) levels `x` may give `y`, or one of `y` may give `x`."""
    most = HOPELESS * float(np.minimum(np.abs(y - x), LENIENT).mean())
    return _left(x, y) < most or _left(y, x) < most


def _left(x: Plane, y: Plane) -> float:
    """Levels of y - x that a robust regression on x leaves, the mean over px and channels."""
    light = (x @ LUMA) / 255  # (n,)
    powers = light ** np.arange(POWERS)[:, None]  # (p, n)
    colours = (x / 255 - light[:, None]).T  # (3, n)
    rows = np.stack([np.vstack([powers, colour]) for colour in colours])  # (3, p + 1, n)
    target = (y - x).T.astype(np.float64)
    weights, off = np.ones_like(target), target
    for step in range(ROUNDS):
        if step:
            weights = 1 / (1 + np.square(off / LENIENT))
        weighted = rows * weights[:, None]
        squares = weighted @ rows.transpose(0, 2, 1) + 1e-3 * np.eye(POWERS + 1)
        off = target - (np.linalg.solve(squares, weighted @ target[:, :, None]).transpose(0, 2, 1) @ rows)[:, 0]
    return float(np.minimum(np.abs(off), LENIENT).mean())
