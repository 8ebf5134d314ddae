"""Fusers: several ranked lists into one. A new way is one file and one line here."""

from lookalike.protocols import Fuser
from lookalike.registry import Table

FUSERS: Table[Fuser] = Table(
    "fuser",
    {
        "rrf": "lookalike.search.fuse.rrf:ReciprocalRank",
        "weighted": "lookalike.search.fuse.weighted:WeightedScore",
    },
)
