"""Fusers: several ranked lists into one. A new way is one file and one line here."""

from lookalike.protocols import Fuser
from lookalike.registry import Table

FUSERS: Table[Fuser] = Table(
    "fuser",
    {
        "rrf": "lookalike.search.ranking.fuse.rrf:ReciprocalRank",
        "weighted": "lookalike.search.ranking.fuse.weighted:WeightedScore",
    },
)
