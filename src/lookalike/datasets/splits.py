"""Class folders below train, test and their kin: one class in all of them, asked from one split to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.labelled import among, between
from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Retrieval

BASES = ("train", "training")
QUERIES = ("test", "val", "valid", "validation")


@dataclass(frozen=True)
class SplitFolders:
    """SPLIT/CLASS/picture."""

    name: ClassVar[str] = "splits"
    about: ClassVar[str] = "train and test, a folder for each class in both"

    def recognises(self, root: Path) -> bool:
        """A split to ask and one to be asked."""
        return any((root / name).is_dir() for name in BASES) and any((root / name).is_dir() for name in QUERIES)

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """`split`: the first of `QUERIES` asks train. `folder`: all pictures among themselves."""
        labels: dict[str, dict[str, str]] = {}
        for relative, path in files.relative():
            split, _, rest = relative.partition("/")
            if split in (*BASES, *QUERIES) and "/" in rest:
                labels.setdefault(split, {})[path] = rest.rpartition("/")[0]
        base = next((labels[name] for name in BASES if name in labels), {})
        queries = next((labels[name] for name in QUERIES if name in labels), {})
        every = {path: label for of_split in labels.values() for path, label in of_split.items()}
        outside = {"in none of the splits": len(files.digests) - len(every)}
        return {
            "split": between(files.name, "folder", queries, base, files.digests, outside),
            "folder": among(files.name, "folder", every, files.digests, outside),
        }
