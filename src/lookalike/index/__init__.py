"""Indexes: the nearest rows, or sets of rows, of one space. A new kind is one file and one line here."""

from lookalike.protocols import IndexMaker, SetIndexMaker
from lookalike.registry import Table

INDEXES: Table[IndexMaker] = Table(
    "index",
    {
        "flat": "lookalike.index.flat:Flat",
        "ivf": "lookalike.index.ivf:InvertedFile",
    },
)

SET_INDEXES: Table[SetIndexMaker] = Table(
    "set_index",
    {
        "asmk": "lookalike.index.asmk:AggregatedKernel",
        "inverted": "lookalike.index.inverted:InvertedLists",
        "votes": "lookalike.index.votes:HammingVotes",
    },
)
