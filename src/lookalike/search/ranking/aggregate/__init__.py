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

    def aggregate(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """(q,) of the (q, m) scores in [0, 1] of m views, NaN for one that does not count; NaN where none does."""


AGGREGATORS: Table[Aggregator] = Table(
    "aggregator",
    {
        "best": "lookalike.search.ranking.aggregate.best:BestView",
        "mean": "lookalike.search.ranking.aggregate.mean:MeanOfViews",
        "mean_of_best": "lookalike.search.ranking.aggregate.mean_of_best:MeanOfBest",
        "power_mean": "lookalike.search.ranking.aggregate.power_mean:PowerMean",
    },
)
