"""Product codes in very many lists, whose centres are found by a graph: the scheme of services with billions of rows.

[Baranchuk, Babenko & Malkov, Revisiting the inverted indices for billion-scale approximate nearest neighbors, ECCV
2018]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import faiss

from lookalike.index.faiss_ import WalkParameters
from lookalike.index.pq import ProductCodes

NEIGHBOURS: Final = 32
"""Edges of a centre in the graph."""
BREADTH: Final = 128
"""Centres that are held at once while the graph is walked."""


@dataclass(frozen=True)
class MixedScheme(ProductCodes):
    """`pq` with shorter lists, hence more of them, and a graph over their centres."""

    name: ClassVar[str] = "mixed"

    lists: int = 4096
    probes: int = 128

    def walk(self, probes: int) -> Any:
        """A walk that holds all centres that are asked for: fewer make faiss answer with nonsense."""
        return WalkParameters(efSearch=max(BREADTH, probes))

    def coarse(self, columns: int, metric: int) -> Any:
        """Finds the nearest centres: by a walk from neighbour to neighbour."""
        return faiss.IndexHNSWFlat(columns, NEIGHBOURS, metric)
