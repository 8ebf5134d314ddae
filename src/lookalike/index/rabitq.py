"""Signs of rotated rows in inverted lists, a few bits a column more, and estimates without a bias of their products.

[Gao & Long, RaBitQ, SIGMOD 2024; more bits: Gao et al., Practical and asymptotically optimal quantization, SIGMOD 2025]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import faiss

from lookalike.index.probed import ListMaker
from lookalike.types import Space

BLOCK: Final = 32
"""Codes that are compared at once."""


@dataclass(frozen=True)
class RandomBits(ListMaker):
    """Rows in a random rotation, which is the same each time, as `bits` a column."""

    name: ClassVar[str] = "rabitq"

    factor: int = 8
    bits: int = 2

    @property
    def factors(self) -> Sequence[int]:
        """Codes are coarse."""
        return (1, 2, 4, 8)

    def row_bytes(self, dim: int) -> int:
        """Bytes of the code of a row, and of what corrects it."""
        return self.bits * dim // 8 + 20

    def bytes(self, space: Space, n: int) -> int:
        """Codes with an id each, centres, and the rotation."""
        return super().bytes(space, n) + 4 * space.dim**2

    def structure(self, dim: int, lists: int, metric: int) -> Any:
        """A rotation, then lists of bits of what a row has beyond its centre."""
        rotation = faiss.RandomRotationMatrix(dim, dim)
        rotation.init(0)
        coded = faiss.IndexIVFRaBitQFastScan(faiss.IndexFlat(dim, metric), dim, lists, metric, BLOCK, True, self.bits)
        return faiss.IndexPreTransform(rotation, coded)
