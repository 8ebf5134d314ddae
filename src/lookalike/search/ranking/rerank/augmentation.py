"""Database-side augmentation: a picture speaks with its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lookalike.search.ranking.rerank import Scores


@dataclass(frozen=True)
class Augmentation:
    """Mean score of a candidate and of its `count` nearest, by a power of how near [Turcot & Lowe 2009].

    The weights are those of Gordo et al., End-to-end learning of deep visual representations, IJCV 2017.
    """

    name: ClassVar[str] = "augmentation"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Turcot & Lowe, Better matching with fewer features, ICCV Workshops 2009"
    cost: ClassVar[str] = "n^2"

    count: int = 5
    alpha: float = 3.0

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"count must be 1 or more, not {self.count}")

    def rerank(self, asked: Scores, likeness: Scores) -> Scores:
        others = likeness.copy()
        np.fill_diagonal(others, -1)
        near = np.argsort(-others, axis=1, kind="stable")[:, : min(self.count, len(asked) - 1)]
        weights = np.maximum(np.take_along_axis(others, near, axis=1), 0) ** np.float32(self.alpha)  # (n, count)
        total = asked + (weights * asked[near]).sum(axis=1)
        return np.asarray(total / (1 + weights.sum(axis=1)), np.float32)
