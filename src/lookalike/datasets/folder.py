"""A class a folder, the layout that most people have: each picture is asked for the others of its class."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.labelled import among
from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Retrieval


@dataclass(frozen=True)
class ClassFolders:
    """Whatever lies in a folder of its own is of one class; with distractors one class is enough."""

    name: ClassVar[str] = "folder"
    about: ClassVar[str] = "a folder for each class"

    def recognises(self, root: Path) -> bool:
        """Any folder."""
        return root.is_dir()

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """`folder`, or `groups` where distractors stand beside."""
        labels = {path: os.path.dirname(relative) for relative, path in files.relative()}  # noqa: PTH120
        if files.distractors:
            return {"groups": among(files.name, "groups", labels, files.digests, {}, least_classes=1)}
        return {"folder": among(files.name, "folder", labels, files.digests, {})}
