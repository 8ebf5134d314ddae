"""Measures of one ranked answer, from the ranks of what is relevant in it.

`ranks` is what `ranks_of` gives: (r,) ascending, from 1, one for each relevant item there is, found early or late. What
is not relevant and not junk only pushes these back, so that no measure needs more.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ranks = NDArray[np.int64]


def ranks_of(scores: NDArray[np.floating], relevant: NDArray[np.bool_], junk: NDArray[np.bool_] | None = None) -> Ranks:
    """(r,) ranks of the relevant among (n,) scores, larger = better; an equal score that is not relevant comes first.

    Junk (the query itself, what can be called neither right nor wrong) is taken out before ranks are counted.
    """
    if not scores.shape == relevant.shape == (scores if junk is None else junk).shape or scores.ndim != 1:
        raise ValueError(f"scores {scores.shape} and relevance {relevant.shape} must be (n,) and agree")
    if np.isnan(scores).any():
        raise ValueError("a score is NaN: a method must have an opinion on every item")
    counted = np.ones(len(scores), bool) if junk is None else ~junk
    right = np.sort(scores[relevant & counted])[::-1]
    wrong = np.sort(scores[~relevant & counted])
    wrong_before = len(wrong) - np.searchsorted(wrong, right, side="left")
    return np.arange(1, len(right) + 1) + wrong_before


def precision_at(ranks: Ranks, k: int) -> float:
    """Share of the first `k` that is relevant."""
    _check(ranks, k)
    return _within(ranks, k) / k


def hit_rate_at(ranks: Ranks, k: int) -> float:
    """1.0 when something relevant is among the first `k`, else 0.0; what the metric-learning papers call recall@k."""
    _check(ranks, k)
    return float(ranks[0] <= k)


def recall_at(ranks: Ranks, k: int) -> float:
    """Share of all that is relevant which is among the first `k`."""
    _check(ranks, k)
    return _within(ranks, k) / len(ranks)


def r_precision(ranks: Ranks) -> float:
    """Precision at the number of relevant items."""
    _check(ranks)
    return precision_at(ranks, len(ranks))


def map_at_r(ranks: Ranks) -> float:
    """Precision at each relevant rank up to R, summed and divided by R, the number of relevant items.

    [Musgrave, Belongie & Lim, A metric learning reality check, ECCV 2020]
    """
    _check(ranks)
    found = ranks[ranks <= len(ranks)]
    return float((np.arange(1, len(found) + 1) / found).sum() / len(ranks))


def step_ap(ranks: Ranks) -> float:
    """Mean of the precision at each relevant rank: the area under the precision-recall steps."""
    _check(ranks)
    return float((np.arange(1, len(ranks) + 1) / ranks).mean())


def trapezoid_ap(ranks: Ranks) -> float:
    """The area under straight lines between points of precision and recall, from precision 1 at recall 0.

    [Philbin et al., Object retrieval with large vocabularies, CVPR 2007; Radenovic et al., Revisiting Oxford and
    Paris, CVPR 2018]. Precision just before the first rank counts as 1.
    """
    _check(ranks)
    found = np.arange(len(ranks))
    before = ranks - 1  # items ahead of each relevant one
    left = np.where(before == 0, 1.0, found / np.maximum(before, 1))
    right = (found + 1) / ranks
    return float(((left + right) / 2).mean())


def ns_score(ranks: Ranks) -> float:
    """Number of a group of four in the first four places, in [1, 4]; the query counts as found, at the first place.

    [Nister & Stewenius, Scalable recognition with a vocabulary tree, CVPR 2006]. `ranks` are those of the other three.
    """
    _check(ranks)
    if len(ranks) != 3:
        raise ValueError(f"a group of this measure has 4 pictures, so 3 are relevant, not {len(ranks)}")
    return 1.0 + _within(ranks, 3)


def _within(ranks: Ranks, k: int) -> int:
    return int(np.searchsorted(ranks, k, side="right"))


def _check(ranks: Ranks, k: int = 1) -> None:
    if len(ranks) == 0:
        raise ValueError("nothing is relevant, so nothing can be found: leave this query out and say so")
    if k < 1:
        raise ValueError(f"k must be 1 or more, not {k}")
