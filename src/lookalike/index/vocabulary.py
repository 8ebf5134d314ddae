"""Visual words: centres of a library's local features, and for each feature its word and on which side of it it lies.

[Sivic & Zisserman, Video Google, ICCV 2003; Nister & Stewenius, Scalable recognition with a vocabulary tree, CVPR 2006;
Jegou, Douze & Schmid, Hamming embedding and weak geometric consistency, ECCV 2008]
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.types import Vectors

BITS: Final = 64
"""Of a signature: directions in which a feature lies above or below the median of its word."""
AT_ONCE: Final = 1024
"""Words that are trained together; more grow as a tree of two levels."""
EACH: Final = 40
"""Features that a centre is trained on; fewer make faiss warn."""
PROBED: Final = 8
"""Branches of the tree in which the nearest words are sought."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """`words` (w, d), grouped by `branches` (b, d); `medians` (w, 64) of their features' projections."""

    words: NDArray[np.float32]
    branches: NDArray[np.float32]
    medians: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.words)

    def nearest(self, rows: Vectors, probes: int) -> NDArray[np.int64]:
        """(n, probes) words, nearest first; as many as there are."""
        _, words = self._quantiser.search(np.ascontiguousarray(rows, np.float32), min(probes, len(self)))
        return np.asarray(np.where(words < 0, words[:, :1], words), np.int64)  # a branch may hold too few

    def signatures(self, rows: Vectors, words: NDArray[np.int64]) -> NDArray[np.uint64]:
        """(n,) 64 bits of each row as a member of its word."""
        return _packed(rows @ _directions(rows.shape[1]) > self.medians[words])

    @cached_property
    def _quantiser(self) -> Any:
        dim = self.words.shape[1]
        coarse = faiss.IndexFlatL2(dim)
        coarse.add(self.branches)
        index = faiss.IndexIVFFlat(coarse, dim, len(self.branches))
        index.nprobe = PROBED
        index.add(self.words)
        return index


def vocabulary(sample: Vectors, words: int) -> Vocabulary:
    """At most `words` words, and one at least, of the (n, d) rows of `sample`; the same for the same rows."""
    sample = np.ascontiguousarray(sample if len(sample) else np.zeros((1, sample.shape[1])), np.float32)
    words = max(1, min(words, len(sample) // EACH))
    if words <= AT_ONCE:
        centres = _centres(sample, words)
        branches = _centres(centres, 1)
    else:
        branches = _centres(sample, round(words**0.5))
        centres = _leaves(sample, branches, words)
    return Vocabulary(centres, branches, _medians(sample, centres, branches))


def _leaves(sample: Vectors, branches: NDArray[np.float32], words: int) -> NDArray[np.float32]:
    """Centres within each branch, as many as its share of the rows."""
    of_row = _assigned(sample, branches)
    shares = np.bincount(of_row, minlength=len(branches)) * (words / len(sample))
    parts = [_centres(sample[of_row == at], max(1, round(share))) for at, share in enumerate(shares) if share > 0]
    return np.concatenate(parts)


def _centres(rows: Vectors, count: int) -> NDArray[np.float32]:
    """By k-means with a fixed seed; the rows themselves where they are too few."""
    if len(rows) <= count:
        return np.array(rows, np.float32)
    means = faiss.Kmeans(rows.shape[1], count, niter=8, seed=0, min_points_per_centroid=1)
    means.train(np.ascontiguousarray(rows, np.float32))
    return np.asarray(means.centroids, np.float32).reshape(count, rows.shape[1])


def _assigned(rows: Vectors, centres: NDArray[np.float32]) -> NDArray[np.int64]:
    index = faiss.IndexFlatL2(rows.shape[1])
    index.add(centres)
    _, nearest = index.search(np.ascontiguousarray(rows, np.float32), 1)
    return np.asarray(nearest[:, 0])


def _medians(sample: Vectors, words: NDArray[np.float32], branches: NDArray[np.float32]) -> NDArray[np.float32]:
    medians = np.zeros((len(words), BITS), np.float32)
    nearest = Vocabulary(words, branches, medians).nearest(sample, 1)[:, 0]
    projected = sample @ _directions(sample.shape[1])
    order = np.argsort(nearest, kind="stable")
    ends = np.cumsum(np.bincount(nearest, minlength=len(words)))
    for word, rows in enumerate(np.split(order, ends[:-1])):
        if len(rows):
            medians[word] = np.median(projected[rows], axis=0)
    return medians


@lru_cache(1)
def _directions(dim: int) -> NDArray[np.float32]:
    """(dim, 64) orthogonal ones, always the same."""
    noise = np.random.default_rng(0).normal(size=(max(dim, BITS), max(dim, BITS)))
    return np.ascontiguousarray(np.linalg.qr(noise)[0][:dim, :BITS], np.float32)


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    return np.packbits(bits, axis=1).view(np.uint64)[:, 0]
