"""Photos of goods in a shop, fine and coarse classes, and a catalogue picture of each [Klasson et al., WACV 2019]."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.labelled import among, between
from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Retrieval
from lookalike.errors import BadQuery

SPLITS = ("train", "val", "test")


@dataclass(frozen=True)
class GroceryStore:
    """`classes.csv` beside train, val, test and the catalogue."""

    name: ClassVar[str] = "grocery"
    about: ClassVar[str] = "Grocery Store: classes.csv, photos in splits, catalogue pictures"

    def recognises(self, root: Path) -> bool:
        """By its table and its catalogue."""
        return (root / "classes.csv").is_file() and (root / "iconic-images-and-descriptions").is_dir()

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """`fine`, `coarse`: photos among themselves. `split`: test to train. `catalogue`: its pictures to photos."""
        coarse, catalogue = _classes(Path(files.root) / "classes.csv")
        fine: dict[str, str] = {}
        split_of: dict[str, str] = {}
        unknown = 0
        for relative, path in files.relative():
            split, *folders, _ = relative.split("/")
            if split in SPLITS:
                label = folders[-1] if folders else ""
                unknown += label not in coarse
                if label in coarse:
                    fine[path], split_of[path] = label, split
        left_out = {"of a class that classes.csv does not name": unknown}
        test, train = ({p: c for p, c in fine.items() if split_of[p] == split} for split in ("test", "train"))
        return {
            "fine": among(files.name, "folder", fine, files.digests, left_out),
            "coarse": among(files.name, "folder", {p: coarse[c] for p, c in fine.items()}, files.digests, left_out),
            "split": between(files.name, "folder", test, train, files.digests, left_out),
            "catalogue": between(
                files.name, "groups", {files.path(p): c for p, c in catalogue.items()}, fine, files.digests, left_out
            ),
        }


def _classes(file: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Fine class to coarse; path of a catalogue picture to its fine class."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    try:
        coarse = {row["Class Name (str)"]: row["Coarse Class Name (str)"] for row in rows}
        return coarse, {row["Iconic Image Path (str)"].strip("/"): row["Class Name (str)"] for row in rows}
    except KeyError as error:
        raise BadQuery(f"{file.name} lacks the column {error}: is this the table of the Grocery Store set?") from error
