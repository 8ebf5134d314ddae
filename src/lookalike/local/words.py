"""Visual words: centres of a library's local features, and which of them a feature is nearest to.

[Sivic & Zisserman, Video Google, ICCV 2003]
"""

from __future__ import annotations

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.types import Vectors

EACH = 40
"""Features that a centre is trained on; fewer make faiss warn."""
ROUNDS = 8
"""Rounds of k-means."""


def centres(rows: Vectors, count: int, seed: int = 0) -> NDArray[np.float32]:
    """(count, d) by k-means, the same for the same rows; the rows themselves where they are too few."""
    if len(rows) <= count:
        return np.array(rows, np.float32)
    means = faiss.Kmeans(rows.shape[1], count, niter=ROUNDS, seed=seed, min_points_per_centroid=1)
    means.train(np.ascontiguousarray(rows, np.float32))
    return np.asarray(means.centroids, np.float32).reshape(count, rows.shape[1])


def nearest(rows: Vectors, words: NDArray[np.float32]) -> NDArray[np.int64]:
    """(n,) number of the word that each row is nearest to, exactly."""
    index = faiss.IndexFlatL2(words.shape[1])
    index.add(np.ascontiguousarray(words, np.float32))
    _, found = index.search(np.ascontiguousarray(rows, np.float32), 1)
    return np.asarray(found[:, 0], np.int64)
