"""Pictures and sentences about them [Hodosh, Young & Hockenmaier, Framing image description, JAIR 2013]."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.reader import Captions, Files
from lookalike.errors import BadQuery

NAMES = ("captions.csv", "captions.txt", "results.csv")
FOLDERS = ("images", "Images", "flickr30k_images", "")


@dataclass(frozen=True)
class CaptionTable:
    """A table `image,caption` beside the pictures or a folder of them."""

    name: ClassVar[str] = "captions"
    about: ClassVar[str] = "Flickr8k/30k: captions.csv and images"

    def recognises(self, root: Path) -> bool:
        """By the table."""
        return any((root / name).is_file() for name in NAMES)

    def tasks(self, files: Files) -> Mapping[str, Captions]:
        """Each sentence asks for its picture."""
        file = next(file for name in NAMES if (file := Path(files.root) / name).is_file())
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.reader(lines) if len(row) >= 2]
        if not rows or [word.strip().lower() for word in rows[0][:2]] != ["image", "caption"]:
            raise BadQuery(f"{file.name} must begin with the columns image,caption")
        named = [(self._path(files, row[0].strip()), row[-1].strip()) for row in rows[1:]]
        known = tuple((path, text) for path, text in named if path is not None and text)
        if not known:
            raise BadQuery(f"{file.name} names no picture that can be read below {files.root!r}")
        lacking = len(named) - len(known)
        left_out = {"captions of pictures that are not there or not readable": lacking} if lacking else {}
        return {"captions": Captions(files.name, known, left_out)}

    def _path(self, files: Files, name: str) -> str | None:
        paths = (files.path(f"{folder}/{name}" if folder else name) for folder in FOLDERS)
        return next((path for path in paths if path in files.digests), None)
