"""Pairs of pictures with points marked by hand [Mishkin et al., WxBS: wide baseline stereo generalizations, 2015]."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.reader import Files, Pair, Pairs
from lookalike.errors import BadQuery

MARKS = "corrs.txt"


@dataclass(frozen=True)
class MarkedPairs:
    """Folders of two pictures and `corrs.txt`: x1 y1 x2 y2 a line."""

    name: ClassVar[str] = "correspondences"
    about: ClassVar[str] = "WxBS: 01.png, 02.png and corrs.txt"

    def recognises(self, root: Path) -> bool:
        """By the marks, two folders down at most."""
        return root.is_dir() and any(any(root.glob(f"{depth}{MARKS}")) for depth in ("", "*/", "*/*/"))

    def tasks(self, files: Files) -> Mapping[str, Pairs]:
        """The first picture of a folder, by name, and the second."""
        beside: dict[str, list[str]] = {}
        for path in sorted(files.digests):
            beside.setdefault(os.path.dirname(path), []).append(path)  # noqa: PTH120
        marked = {folder: file for folder in beside if (file := Path(folder) / MARKS).is_file()}
        pairs = tuple(
            Pair(beside[folder][0], beside[folder][1], points=_points(file))
            for folder, file in marked.items()
            if len(beside[folder]) == 2
        )
        if not pairs:
            raise BadQuery(f"no folder below {files.root!r} holds {MARKS} and two pictures that can be read")
        other = len(marked) - len(pairs)
        return {"pairs": Pairs(files.name, pairs, {"folders without two pictures": other} if other else {})}


def _points(file: Path) -> NDArray[np.float64]:
    try:
        points = np.loadtxt(file, dtype=np.float64, ndmin=2)
    except (OSError, ValueError) as error:
        raise BadQuery(f"cannot read the points {os.fspath(file)!r}: {error}") from error
    if points.ndim != 2 or points.shape[1] != 4 or not np.isfinite(points).all():
        raise BadQuery(f"{os.fspath(file)!r} holds {points.shape}, and four finite numbers a line are needed")
    return points
