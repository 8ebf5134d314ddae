"""Weighted mean of scores [Fox & Shaw, Combination of multiple searches, TREC-2, 1994]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lookalike.types import Hits


@dataclass(frozen=True)
class WeightedScore:
    """Orders by the weighted mean over the lists that hold a candidate. Scores must share one scale.

    A list of negative weight is taken from the mean over the others.
    """

    name: ClassVar[str] = "weighted"
    revision: ClassVar[int] = 2

    def fuse(self, lists: Mapping[str, Hits], weights: Mapping[str, float], k: int) -> Hits:
        ids = np.unique(np.concatenate([np.empty(0, np.int64), *(hits.ids for hits in lists.values())]))
        sums, counted = np.zeros(len(ids), np.float32), np.zeros(len(ids), np.float32)
        for name, hits in lists.items():
            rows = np.searchsorted(ids, hits.ids)
            sums[rows] += np.float32(weights[name]) * hits.scores
            counted[rows] += np.float32(max(weights[name], 0))
        counted[counted == 0] = 1
        return Hits.ranked(ids, sums / counted, k)
