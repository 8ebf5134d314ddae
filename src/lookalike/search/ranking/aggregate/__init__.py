"""Ways to make one score of those of several views of a thing. A new way is one file and one line here."""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from lookalike.registry import Table


class Aggregator(Protocol):
    """One score of many. Frozen configuration."""

    name: ClassVar[str]
    revision: ClassVar[int]

    @property
    def among(self) -> int:
        """How many of the best views it compares among themselves; 0 where it looks at each alone, at all of them."""

    def aggregate(self, scores: NDArray[np.float32], between: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """(q,) of the (q, m) scores in [0, 1] of m views, NaN for one that does not count; NaN where none does.

        `between` (q, m, m) are those of the views to one another, 1 of each to itself, and m no more than `among`. A
        row that compares views raises `ValueError` where it is not told.
        """


AGGREGATORS: Table[Aggregator] = Table(
    "aggregator",
    {
        "agreement": "lookalike.search.ranking.aggregate.agreement:Agreement",
        "best": "lookalike.search.ranking.aggregate.best:BestView",
        "mean": "lookalike.search.ranking.aggregate.mean:MeanOfViews",
        "mean_of_best": "lookalike.search.ranking.aggregate.mean_of_best:MeanOfBest",
        "power_mean": "lookalike.search.ranking.aggregate.power_mean:PowerMean",
        "span": "lookalike.search.ranking.aggregate.span:ClosestOnSpan",
    },
)


def told_between(row: Aggregator, between: NDArray[np.float32] | None) -> NDArray[np.float64]:
    """(q, m, m) scores of views to one another; raises `ValueError` where they were not given."""
    if between is None:
        raise ValueError(f"{row.name} needs to know how alike the views are to one another")
    return between.astype(np.float64)
