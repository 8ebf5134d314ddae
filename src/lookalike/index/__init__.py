"""Indexes: the nearest rows of one space. A new kind is one file and one line here."""

from lookalike.protocols import IndexMaker
from lookalike.registry import Table

INDEXES: Table[IndexMaker] = Table(
    "index",
    {
        "flat": "lookalike.index.flat:Flat",
        "ivf": "lookalike.index.ivf:InvertedFile",
    },
)
