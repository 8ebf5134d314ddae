"""Diffusion: what the question gives to its nearest flows on to theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np

from lookalike.search.ranking.rerank import Scores

BESIDE: Final = 1e-3
"""Weight of the score itself, which orders what nothing flows to."""


@dataclass(frozen=True)
class Diffusion:
    """Scores after a walk on the graph of mutual neighbours that returns to the question with 1 - `keep` at each step.

    [Zhou et al., Ranking on data manifolds, NIPS 2003; mutual neighbours and the start at the question's own as in
    Iscen et al., Efficient diffusion on region manifolds, CVPR 2017], solved exactly.
    """

    name: ClassVar[str] = "diffusion"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Zhou, Weston, Gretton, Bousquet & Schoelkopf, Ranking on data manifolds, NIPS 2003"
    cost: ClassVar[str] = "n^3 / 3"

    neighbours: int = 10
    keep: float = 0.9
    power: float = 3.0

    def __post_init__(self) -> None:
        if self.neighbours < 1 or not 0 < self.keep < 1:
            raise ValueError(
                f"neighbours are 1 or more and keep is between 0 and 1, not {self.neighbours}, {self.keep}"
            )

    def rerank(self, asked: Scores, likeness: Scores) -> Scores:
        n = len(asked)
        near = _mutual(likeness, min(self.neighbours, n - 1))
        affinity = np.where(near, np.maximum(likeness, 0).astype(np.float64) ** self.power, 0)
        degrees = np.sqrt(np.maximum(affinity.sum(axis=1), 1e-12))
        walk = affinity / degrees[:, None] / degrees[None]
        start = np.zeros(n)
        first = np.argsort(-asked, kind="stable")[: self.neighbours]
        start[first] = np.maximum(asked[first], 0).astype(np.float64) ** self.power
        flown = np.linalg.solve(np.eye(n) - self.keep * walk, start)
        return np.asarray(flown / max(float(flown.max()), 1e-12) + BESIDE * asked, np.float32)


def _mutual(likeness: Scores, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """(n, n) whether each is among the `count` nearest of the other."""
    others = likeness.copy()
    np.fill_diagonal(others, -1)
    near = np.zeros(others.shape, bool)
    np.put_along_axis(near, np.argsort(-others, axis=1, kind="stable")[:, :count], True, axis=1)
    return near & near.T
