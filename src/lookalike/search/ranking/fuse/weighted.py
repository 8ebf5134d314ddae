"""Weighted mean of scores [Fox & Shaw, Combination of multiple searches, TREC-2, 1994]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lookalike.types import Hits


@dataclass(frozen=True)
class WeightedScore:
    """Orders by the weighted mean; a candidate that a list lacks scores 0 there. Scores must share one scale."""

    name: ClassVar[str] = "weighted"
    revision: ClassVar[int] = 1

    def fuse(self, lists: Mapping[str, Hits], weights: Mapping[str, float], k: int) -> Hits:
        ids = np.unique(np.concatenate([np.empty(0, np.int64), *(hits.ids for hits in lists.values())]))
        total = sum(weights[name] for name in lists)
        mean = np.zeros(len(ids), np.float32)
        for name, hits in lists.items():
            mean[np.searchsorted(ids, hits.ids)] += np.float32(weights[name] / total) * hits.scores
        return Hits.ranked(ids, mean, k)
