"""Pictures with what is known about them: the questions that a method is measured by."""

from __future__ import annotations

from pathlib import Path

from lookalike.datasets.reader import Reader
from lookalike.registry import Table

DATASETS: Table[Reader] = Table(
    "dataset",
    {
        "captions": "lookalike.datasets.captions:CaptionTable",
        "cars": "lookalike.datasets.cars:StanfordCars",
        "coil": "lookalike.datasets.numbered:COIL",
        "copydays": "lookalike.datasets.copydays:Copydays",
        "correspondences": "lookalike.datasets.correspondences:MarkedPairs",
        "cub": "lookalike.datasets.cub:CUB",
        "disc": "lookalike.datasets.disc:DISC",
        "folder": "lookalike.datasets.folder:ClassFolders",
        "grocery": "lookalike.datasets.grocery:GroceryStore",
        "holidays": "lookalike.datasets.numbered:Holidays",
        "landmarks": "lookalike.datasets.landmarks:RevisitedLandmarks",
        "opencv": "lookalike.datasets.opencv_samples:OpenCVSamples",
        "planes": "lookalike.datasets.planes:Planes",
        "products": "lookalike.datasets.products:OnlineProducts",
        "splits": "lookalike.datasets.splits:SplitFolders",
        "ukbench": "lookalike.datasets.numbered:UKBench",
        "variants": "lookalike.datasets.variants:Variants",
    },
)
"""Layouts by name."""

ORDER = (
    "landmarks",
    "cub",
    "cars",
    "products",
    "disc",
    "copydays",
    "grocery",
    "captions",
    "planes",
    "correspondences",
    "coil",
    "ukbench",
    "holidays",
    "opencv",
    "variants",
    "splits",
)
"""In which they are tried: the most telling signs first. A plain folder is what is none of them."""


def recognise(root: Path) -> Reader:
    """The reader of the layout that `root` has."""
    readers = (DATASETS.make(name) for name in [*ORDER, *(name for name in DATASETS if name not in (*ORDER, "folder"))])
    return next((reader for reader in readers if reader.recognises(root)), DATASETS.make("folder"))
