"""Indexes: the nearest rows, or sets of rows, of one space. A new kind is one file and one line here."""

from lookalike.finders import IndexMaker, SetIndexMaker
from lookalike.registry import Table

INDEXES: Table[IndexMaker] = Table(
    "index",
    {
        "binary_ivf": "lookalike.index.binary_ivf:BinaryLists",
        "disk": "lookalike.index.disk:MappedLists",
        "flat": "lookalike.index.flat:Flat",
        "hnsw": "lookalike.index.hnsw:NeighbourGraph",
        "imi": "lookalike.index.imi:MultiIndex",
        "ivf": "lookalike.index.ivf:InvertedFile",
        "mih": "lookalike.index.mih:MultiIndexHashing",
        "mixed": "lookalike.index.mixed:MixedScheme",
        "pq": "lookalike.index.pq:ProductCodes",
        "rabitq": "lookalike.index.rabitq:RandomBits",
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
