"""Product codes in inverted lists: half a byte for every two columns, compared sixteen at a time.

[Jegou, Douze & Schmid, Product quantization, PAMI 2011; rotation: Ge, He, Ke & Sun, Optimized product quantization,
CVPR 2013; comparing: Andre, Kermarrec & Le Scouarnec, Cache locality is not enough, VLDB 2015]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import faiss

from lookalike.index.probed import ListMaker
from lookalike.types import Space

BITS: Final = 4
"""Length of a code: 16 values fit into the registers of a processor."""


@dataclass(frozen=True)
class ProductCodes(ListMaker):
    """Rows rotated to their `columns` strongest directions, two of which make one of 16 values: a code."""

    name: ClassVar[str] = "pq"

    factor: int = 8
    columns: int = 256

    @property
    def factors(self) -> Sequence[int]:
        """Codes are coarse."""
        return (1, 2, 4, 8)

    def row_bytes(self, dim: int) -> int:
        """Bytes of the code of a row."""
        return (min(self.columns, dim) // 2 + 1) // 2

    def bytes(self, space: Space, n: int) -> int:
        """Codes with an id each, centres, and the rotation."""
        columns = min(self.columns, space.dim)
        return n * (self.row_bytes(space.dim) + 8) + 4 * columns * (self.lists + space.dim)

    def structure(self, dim: int, lists: int, metric: int) -> Any:
        """A rotation, then lists of codes of what a row has beyond its centre."""
        codes = max(min(self.columns, dim) // 2, 1)
        columns = min(2 * codes, dim)
        rotation: Any = faiss.OPQMatrix(dim, codes, columns)
        rotation.pq = faiss.ProductQuantizer(columns, codes, BITS)
        rotation.niter, rotation.niter_pq, rotation.niter_pq_0 = 8, 4, 8
        rotation.max_train_points = 10_000
        coded: Any = faiss.IndexIVFPQFastScan(self.coarse(columns, metric), columns, lists, codes, BITS, metric)
        coded.by_residual = True
        coded.quantizer_trains_alone = 2  # centres by plain k-means, whatever finds them later
        coded.pq.cp.niter, coded.pq.cp.min_points_per_centroid = 10, 1
        return faiss.IndexPreTransform(rotation, coded)

    def coarse(self, columns: int, metric: int) -> Any:
        """Finds the nearest centres: by comparing all of them."""
        return faiss.IndexFlat(columns, metric)
