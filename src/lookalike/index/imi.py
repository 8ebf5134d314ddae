"""Inverted multi-index: a list for each pair of a centre of the first half of the columns and one of the second half.

[Babenko & Lempitsky, The inverted multi-index, CVPR 2012]. So many lists are short; a question walks pairs in the order
of their distance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import faiss

from lookalike.index.probed import ListMaker


@dataclass(frozen=True)
class MultiIndex(ListMaker):
    """8-bit scalars in about `lists` lists. Rows are compared by L2, which for unit rows orders as the cosine."""

    name: ClassVar[str] = "imi"

    lists: int = 128
    """Centres of each half, a power of 2; their square are the lists."""
    probes: int = 2048

    @property
    def most_probes(self) -> int:
        """Pairs that are ever walked: a quarter of all, since they are ordered one by one."""
        return self.lists**2 // 4

    def row_bytes(self, dim: int) -> int:
        """Bytes of the code of a row."""
        return dim

    def structure(self, dim: int, lists: int, metric: int) -> Any:  # noqa: ARG002  pairs are known by L2 alone
        """Lists by pairs of centres."""
        bits = max(1, int(math.log2(lists)))
        pairs: Any = faiss.MultiIndexQuantizer(dim, 2, bits)
        pairs.pq.cp.min_points_per_centroid = 1
        index: Any = faiss.IndexIVFScalarQuantizer(
            pairs, dim, 1 << 2 * bits, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_L2
        )
        index.quantizer_trains_alone = 1
        return index
