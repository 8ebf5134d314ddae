"""Which pictures of a collection are edited to ask about: some that can be found, some that cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery

LEAST = 6
"""Pictures; of fewer too little can be asked."""


@dataclass(frozen=True, eq=False)
class CopyPlan:
    """Places in a list of pictures.

    Copies of `there` (a,) can be found; `absent` (b,) are taken out of what is searched, so that no answer to copies
    of them is right. `backdrops` (a + b,) are absent pictures that a collage is pasted into: none of them is found.
    """

    there: NDArray[np.int64]
    absent: NDArray[np.int64]
    backdrops: NDArray[np.int64]

    @property
    def originals(self) -> NDArray[np.int64]:
        """(a + b,) all that are edited."""
        return np.concatenate([self.there, self.absent])


def plan_copies(count: int, originals: int, rng: np.random.Generator) -> CopyPlan:
    """Plan for `count` pictures: up to `originals` that are there, and half as many, at most a quarter, that are not.

    Raises `BadQuery` where there are too few pictures, or too few originals are asked for.
    """
    if originals < 2:
        raise BadQuery(f"originals must be 2 or more, not {originals}")
    if count < LEAST:
        raise BadQuery(f"edited copies need {LEAST} different pictures at least, and there are {count}: add more")
    order = rng.permutation(count)
    taken_out = max(2, min(originals // 2, count // 4))
    absent, there = np.sort(order[:taken_out]), np.sort(order[taken_out:][:originals])
    edited = np.concatenate([there, absent])
    backdrops = absent[rng.integers(taken_out - 1, size=len(edited))]
    backdrops = np.where(backdrops == edited, absent[-1], backdrops)  # none is pasted into itself
    return CopyPlan(there, absent, backdrops)
