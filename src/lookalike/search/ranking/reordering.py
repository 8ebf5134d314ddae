"""Candidates in the order of a re-ranker: the best of them, the rest behind as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.one_thread import one_thread
from lookalike.search.ranking.rerank import CandidateReranker, Scores

CONSIDERED: Final = 200
"""Candidates that are put in another order."""


def reordered(
    reranker: CandidateReranker, asked: Scores, likeness: Callable[[NDArray[np.int64]], Scores]
) -> NDArray[np.int64]:
    """(n,) places, best first, of (n,) scores; `likeness` gives the (m, m) of the candidates at m places."""
    order = np.argsort(-asked, kind="stable")
    first = order[:CONSIDERED]
    if len(first) < 2:
        return order
    one_thread()
    scores = reranker.rerank(asked[first], likeness(first))
    return np.concatenate([first[np.argsort(-scores, kind="stable")], order[CONSIDERED:]])
