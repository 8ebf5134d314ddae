"""Photos and copies, cropped, compressed and worse [Douze et al., Evaluation of GIST descriptors, CIVR 2009]."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.from_copies import asked_by_copies
from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Retrieval

NUMBER = re.compile(r"(\d{4})\d{2}")
ORIGINAL = "original"


@dataclass(frozen=True)
class Copydays:
    """original/200000.jpg, crops/50/200000.jpg, jpegqual/10/200000.jpg, strong/200001.jpg."""

    name: ClassVar[str] = "copydays"
    about: ClassVar[str] = "INRIA Copydays: original, crops, jpegqual, strong"

    def recognises(self, root: Path) -> bool:
        """By its folders."""
        return (root / ORIGINAL).is_dir() and any((root / name).is_dir() for name in ("strong", "crops", "jpegqual"))

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """Every copy asks for its original; its folder says what was done to it."""
        originals: dict[str, str] = {}
        copies: list[tuple[str, str | None, str]] = []
        for relative, path in files.relative():
            folder, _, name = relative.rpartition("/")
            match = NUMBER.match(name)
            if match and folder == ORIGINAL:
                originals[match[1]] = path
            elif match:
                copies.append((path, match[1], folder))
        return {"copies": asked_by_copies(files, originals, copies)}
