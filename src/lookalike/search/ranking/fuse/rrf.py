"""Reciprocal rank fusion [Cormack, Clarke & Buettcher, SIGIR 2009]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lookalike.types import Hits


@dataclass(frozen=True)
class ReciprocalRank:
    """Orders by the weighted sum of 1 / (constant + rank), rank from 1; only order counts, never a score."""

    name: ClassVar[str] = "rrf"
    revision: ClassVar[int] = 1

    constant: int = 60
    """The paper's: the larger, the less the very first ranks stand out."""

    def fuse(self, lists: Mapping[str, Hits], weights: Mapping[str, float], k: int) -> Hits:
        ids = np.unique(np.concatenate([np.empty(0, np.int64), *(hits.ids for hits in lists.values())]))
        total = np.zeros(len(ids), np.float32)
        for name, hits in lists.items():
            ranks = np.arange(1, len(hits) + 1, dtype=np.float32)
            total[np.searchsorted(ids, hits.ids)] += np.float32(weights[name]) / (self.constant + ranks)
        return Hits.ranked(ids, total, k)
