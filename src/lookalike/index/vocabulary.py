"""A vocabulary of very many visual words, and for each feature on which side of its word it lies.

[Nister & Stewenius, Scalable recognition with a vocabulary tree, CVPR 2006; Jegou, Douze & Schmid, Hamming embedding
and weak geometric consistency, ECCV 2008; codes: Andre, Kermarrec & Le Scouarnec, Cache locality is not enough, VLDB
2015]
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.local.words import EACH, centres, nearest
from lookalike.types import Vectors

BITS: Final = 64
"""Bits of a signature: directions in which a feature lies above or below the median of its word."""
AT_ONCE: Final = 1024
"""Words that are trained together; more grow as a tree of two levels."""
PROBED: Final = 8
"""Branches of the tree in which the nearest words are sought."""
MEASURED: Final = 16
"""Words whose distances are measured, of those that are nearest by their codes."""
BATCH: Final = 1024
"""Rows that are searched at a time: codes are compared slower in larger batches."""
CODE_BITS: Final = 4
"""A pair of columns of a word as one of 16: so few fit into the registers of a processor."""
ROUNDING = 1e-5
"""A row that is a median itself lies at 0: how its product is rounded depends on the rows beside it."""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """`words` (w, d), grouped by `branches` (b, d); `medians` (w, 64) of their features' projections.

    `codebook` (d / 2, 16, 2) are the values that pairs of a word's columns are rounded to; empty where nothing is.
    """

    words: NDArray[np.float32]
    branches: NDArray[np.float32]
    medians: NDArray[np.float32]
    codebook: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.words)

    @property
    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """By name of the field."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def nearest(self, rows: Vectors, probes: int) -> NDArray[np.int64]:
        """(n, probes) words, nearest first; as many as there are."""
        probes = min(probes, len(self))
        rows = np.ascontiguousarray(rows, np.float32)
        at_once = BATCH if self._is_coded else max(len(rows), 1)
        parts = [self._searched(rows[start : start + at_once], probes) for start in range(0, len(rows), at_once)]
        words = np.concatenate([np.empty((0, probes), np.int64), *parts])
        return np.where(words < 0, words[:, :1], words)  # a branch may hold too few

    def projected(self, rows: Vectors, words: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n, p, 64) how far each row lies above the medians of its (n, p) words, in each of the directions."""
        along = rows @ _directions(rows.shape[1])
        return np.asarray(along[:, None] - self.medians[words], np.float32)

    def signatures(self, rows: Vectors, words: NDArray[np.int64]) -> NDArray[np.uint64]:
        """(n, p) 64 bits of each row as a member of its (n, p) words."""
        return signs(self.projected(rows, words))

    def _searched(self, rows: NDArray[np.float32], probes: int) -> NDArray[np.int64]:
        """(n, probes), -1 where a branch holds too few."""
        parameters: Any = None
        if self._is_coded:
            parameters = faiss.IndexRefineSearchParameters()
            parameters.k_factor = max(1, MEASURED / probes)
        _, words = self._quantiser.search(rows, probes, params=parameters)
        return np.asarray(words, np.int64)

    @cached_property
    def _quantiser(self) -> Any:
        dim, branches = self.words.shape[1], len(self.branches)
        if branches == 1:  # nothing to leave out: all distances as one product of matrices, ten times as fast
            exact = faiss.IndexFlatL2(dim)
            exact.add(self.words)
            return exact
        coarse = faiss.IndexFlatL2(dim)
        coarse.add(self.branches)
        index: Any
        if self._is_coded:
            index = faiss.IndexIVFPQFastScan(coarse, dim, branches, len(self.codebook), CODE_BITS)
            index.by_residual = False
            faiss.copy_array_to_vector(self.codebook.ravel(), index.pq.centroids)
            index.is_trained = True
        else:
            index = faiss.IndexIVFFlat(coarse, dim, branches)
        index.nprobe = PROBED
        index.add(self.words)
        return faiss.IndexRefineFlat(index, faiss.swig_ptr(self.words)) if self._is_coded else index

    @property
    def _is_coded(self) -> bool:
        return len(self.codebook) > 0


def signs(projected: NDArray[np.floating]) -> NDArray[np.uint64]:
    """(...) bits of (..., 64): which are above 0, by more than a product may be rounded."""
    return np.packbits(projected > ROUNDING, axis=-1).view(np.uint64)[..., 0]


def vocabulary(sample: Vectors, words: int) -> Vocabulary:
    """At most `words` words, and one at least, of the (n, d) rows of `sample`; the same for the same rows."""
    sample = np.ascontiguousarray(sample if len(sample) else np.zeros((1, sample.shape[1])), np.float32)
    words = max(1, min(words, len(sample) // EACH))
    if words <= AT_ONCE:
        leaves = centres(sample, words)
        branches = centres(leaves, 1)
        codebook = np.empty((0, 1 << CODE_BITS, 2), np.float32)
    else:
        branches = centres(sample, round(words**0.5))
        leaves = _leaves(sample, branches, words)
        codebook = _codebook(leaves)
    unfinished = Vocabulary(leaves, branches, np.zeros((len(leaves), BITS), np.float32), codebook)
    return Vocabulary(leaves, branches, _medians(sample, unfinished), codebook)


def _leaves(sample: Vectors, branches: NDArray[np.float32], words: int) -> NDArray[np.float32]:
    """Centres within each branch, as many as its share of the rows."""
    of_row = nearest(sample, branches)
    shares = np.bincount(of_row, minlength=len(branches)) * (words / len(sample))
    parts = [centres(sample[of_row == at], max(1, round(share))) for at, share in enumerate(shares) if share > 0]
    return np.concatenate(parts)


def _codebook(words: NDArray[np.float32]) -> NDArray[np.float32]:
    """(d / 2, 16, 2); none where columns are odd in number."""
    pairs, odd = divmod(words.shape[1], 2)
    if odd:
        return np.empty((0, 1 << CODE_BITS, 2), np.float32)
    quantiser = faiss.ProductQuantizer(words.shape[1], pairs, CODE_BITS)
    quantiser.train(words)
    return np.asarray(faiss.vector_to_array(quantiser.centroids), np.float32).reshape(pairs, 1 << CODE_BITS, 2)


def _medians(sample: Vectors, words: Vocabulary) -> NDArray[np.float32]:
    """(w, 64) of the projections of the rows that are nearest to each word."""
    medians = np.zeros((len(words), BITS), np.float32)
    of_row = words.nearest(sample, 1)[:, 0]
    projected = sample @ _directions(sample.shape[1])
    order = np.argsort(of_row, kind="stable")
    ends = np.cumsum(np.bincount(of_row, minlength=len(words)))
    for word, rows in enumerate(np.split(order, ends[:-1])):
        if len(rows):
            medians[word] = np.median(projected[rows], axis=0)
    return medians


@lru_cache(1)
def _directions(dim: int) -> NDArray[np.float32]:
    """(dim, 64) orthogonal ones, always the same."""
    noise = np.random.default_rng(0).normal(size=(max(dim, BITS), max(dim, BITS)))
    return np.ascontiguousarray(np.linalg.qr(noise)[0][:dim, :BITS], np.float32)
