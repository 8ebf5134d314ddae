"""Nearness to the centres of k-means [Coates, Lee & Ng, An Analysis of Single-Layer Networks in Unsupervised Feature
Learning, AISTATS 2011], found in small batches [Sculley, Web-Scale K-Means Clustering, WWW 2010]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.learned import Arrays, Row, Rows
from lookalike.describe.weighted_sum import WeightedSum


@dataclass(frozen=True)
class KMeans(WeightedSum):
    """How much nearer than on average each of the typical pictures is; 0 for those that are farther."""

    name: ClassVar[str] = "kmeans"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "the typical pictures they are near to"
    source: ClassVar[str] = "Coates, Lee & Ng, An Analysis of Single-Layer Networks, AISTATS 2011"
    unrelated: ClassVar[float] = 0.6

    def learn(self, rows: Rows) -> Mapping[str, NDArray[Any]]:
        """The centres."""
        from sklearn.cluster import MiniBatchKMeans

        model = MiniBatchKMeans(self.components, random_state=self.seed, n_init=3).fit(rows)
        return {"parts": model.cluster_centers_}

    def weights(self, seen: Row, arrays: Arrays) -> Row:
        """Sum 1; where all centres are equally far, they count equally."""
        distances = np.linalg.norm(seen - arrays["parts"], axis=1)
        nearer = np.maximum(distances.mean() - distances, 0)
        total = float(nearer.sum())
        return nearer / total if total > 0 else np.full(len(nearer), 1 / len(nearer))
