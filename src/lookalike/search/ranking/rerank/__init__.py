"""Re-rankers: an order made anew from how candidates are like each other. A new way is one file and one line here.

All look at candidates alone, so that their cost does not grow with the library: n of them need n^2 similarities of rows
that the store reads anyway.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from lookalike.registry import Table

Scores = NDArray[np.float32]


class CandidateReranker(Protocol):
    """Frozen configuration."""

    name: ClassVar[str]
    revision: ClassVar[int]
    source: ClassVar[str]
    """The paper."""
    cost: ClassVar[str]
    """Steps, of n candidates."""

    def rerank(self, asked: Scores, likeness: Scores) -> Scores:
        """(n,) by which to order, of (n,) scores of the question and (n, n) of candidates to each other, in [0, 1]."""


RERANKERS: Table[CandidateReranker] = Table(
    "re-ranker",
    {
        "alpha_expansion": "lookalike.search.ranking.rerank.expansion:AlphaExpansion",
        "augmentation": "lookalike.search.ranking.rerank.augmentation:Augmentation",
        "average_expansion": "lookalike.search.ranking.rerank.expansion:AverageExpansion",
        "diffusion": "lookalike.search.ranking.rerank.diffusion:Diffusion",
        "k_reciprocal": "lookalike.search.ranking.rerank.k_reciprocal:KReciprocal",
    },
)
