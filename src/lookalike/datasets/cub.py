"""Birds in 200 kinds [Wah et al., The Caltech-UCSD Birds-200-2011 dataset, 2011]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.labelled import among
from lookalike.datasets.reader import Files, table
from lookalike.datasets.retrieval import Retrieval
from lookalike.errors import BadQuery

SEEN = 100
"""Classes that metric learning trains on; it is measured on the others [Song et al., CVPR 2016]."""


@dataclass(frozen=True)
class CUB:
    """`images.txt` and `image_class_labels.txt` beside `images`."""

    name: ClassVar[str] = "cub"
    about: ClassVar[str] = "CUB-200-2011: images.txt, image_class_labels.txt"

    def recognises(self, root: Path) -> bool:
        """By its tables."""
        return (root / "images.txt").is_file() and (root / "image_class_labels.txt").is_file()

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """`new`: the classes after the hundredth. `all`: every class."""
        root = Path(files.root)
        try:
            path_of = {number: files.path(f"images/{path}") for number, path in table(root / "images.txt")}
            label_of = {number: int(label) for number, label in table(root / "image_class_labels.txt")}
        except ValueError as error:
            raise BadQuery(f"images.txt and image_class_labels.txt hold a number and a word a line: {error}") from error
        if path_of.keys() != label_of.keys():
            raise BadQuery(
                f"images.txt names {len(path_of)} pictures, image_class_labels.txt {len(label_of)}, not the same ones"
            )
        labels = {path_of[number]: f"{label:03}" for number, label in label_of.items()}
        new = {path: label for path, label in labels.items() if int(label) > SEEN}
        every = among(files.name, "folder", labels, files.digests, {})
        return {"new": among(files.name, "folder", new, files.digests, {}), "all": every} if new else {"all": every}
