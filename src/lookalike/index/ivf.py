"""Inverted file over 8-bit scalars, half floats or floats: a fraction of the rows compared, at up to a quarter of the
memory.

[Sivic & Zisserman, Video Google, ICCV 2003; Jegou, Douze & Schmid, Product quantization, PAMI 2011]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final, Literal

import faiss

from lookalike.index.probed import ListMaker

Codes = Literal["sq8", "half", "float"]
QUANTISERS: Final[dict[str, Any]] = {"sq8": faiss.ScalarQuantizer.QT_8bit, "half": faiss.ScalarQuantizer.QT_fp16}


@dataclass(frozen=True)
class InvertedFile(ListMaker):
    """Each row is in the list of its nearest centre, as `codes` of 1, 2 or 4 bytes a column."""

    name: ClassVar[str] = "ivf"

    codes: Codes = "sq8"

    def row_bytes(self, dim: int) -> int:
        """Bytes of the code of a row."""
        return {"sq8": 1, "half": 2, "float": 4}[self.codes] * dim

    def structure(self, dim: int, lists: int, metric: int) -> Any:
        """Lists of scalars."""
        centres = faiss.IndexFlat(dim, metric)
        if self.codes == "float":
            return faiss.IndexIVFFlat(centres, dim, lists, metric)
        return faiss.IndexIVFScalarQuantizer(centres, dim, lists, QUANTISERS[self.codes], metric)
