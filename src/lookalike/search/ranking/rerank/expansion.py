"""Query expansion: the best answers ask along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lookalike.search.ranking.rerank import Scores


@dataclass(frozen=True)
class AverageExpansion:
    """Mean of the question and of its `count` best answers [Chum et al., Total recall, ICCV 2007]."""

    name: ClassVar[str] = "average_expansion"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Chum, Philbin, Sivic, Isard & Zisserman, Total recall, ICCV 2007"
    cost: ClassVar[str] = "count n"

    count: int = 5

    def __post_init__(self) -> None:
        _check(self.count)

    def rerank(self, asked: Scores, likeness: Scores) -> Scores:
        best = np.argsort(-asked, kind="stable")[: self.count]
        return np.asarray((asked + likeness[best].sum(axis=0)) / (1 + len(best)), np.float32)


@dataclass(frozen=True)
class AlphaExpansion:
    """As the mean, each answer weighing by a power of its score [Radenovic, Tolias & Chum, TPAMI 2019]."""

    name: ClassVar[str] = "alpha_expansion"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = (
        "Radenovic, Tolias & Chum, Fine-tuning CNN image retrieval with no human annotation, TPAMI 2019"
    )
    cost: ClassVar[str] = "count n"

    count: int = 10
    alpha: float = 3.0

    def __post_init__(self) -> None:
        _check(self.count)

    def rerank(self, asked: Scores, likeness: Scores) -> Scores:
        best = np.argsort(-asked, kind="stable")[: self.count]
        weights = np.maximum(asked[best], 0) ** np.float32(self.alpha)
        return np.asarray((asked + weights @ likeness[best]) / (1 + weights.sum()), np.float32)


def _check(count: int) -> None:
    if count < 1:
        raise ValueError(f"count must be 1 or more, not {count}")
