"""Goods of an online market, a handful of pictures each [Song et al., Deep metric learning, CVPR 2016]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.labelled import among
from lookalike.datasets.reader import Files, table
from lookalike.datasets.retrieval import Retrieval
from lookalike.errors import BadQuery

TABLES = {"test": "Ebay_test.txt", "train": "Ebay_train.txt"}
HEAD = ["image_id", "class_id", "super_class_id", "path"]


@dataclass(frozen=True)
class OnlineProducts:
    """`Ebay_test.txt`: image_id class_id super_class_id path."""

    name: ClassVar[str] = "products"
    about: ClassVar[str] = "Stanford Online Products: Ebay_train.txt, Ebay_test.txt"

    def recognises(self, root: Path) -> bool:
        """By a table."""
        return any((root / name).is_file() for name in TABLES.values())

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """Each table that is there."""
        root = Path(files.root)
        return {
            split: among(files.name, "groups", _labels(files, root / name), files.digests, {})
            for split, name in TABLES.items()
            if (root / name).is_file()
        }


def _labels(files: Files, file: Path) -> dict[str, str]:
    head, *rows = table(file) or [[]]
    if head != HEAD or any(len(row) != len(HEAD) for row in rows):
        raise BadQuery(f"{file.name} must hold {' '.join(HEAD)}, and such a row for each picture")
    return {files.path(path): label for _, label, _, path in rows}
