"""Local features: places of a picture that can be found again, and a row for each.

A new method is one file and one line here. An extractor that has no detector of its own takes one as a field.
"""

from lookalike.protocols import Detector, Extractor
from lookalike.registry import Table

DETECTORS: Table[Detector] = Table(
    "detector",
    {
        "sift": "lookalike.local.sift:Sift",
    },
)

EXTRACTORS: Table[Extractor] = Table(
    "extractor",
    {
        "sift": "lookalike.local.sift:Sift",
    },
)
