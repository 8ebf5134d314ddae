"""A folder whose folders are classes, as what a network learns from."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.labelled import distinct
from lookalike.errors import BadQuery
from lookalike.search.described import DescribedFolder
from lookalike.types import Record

MOST: Final = 20_000
"""Pictures that are learned from and judged by."""


@dataclass(frozen=True, eq=False)
class ClassFolder:
    """Pictures with labels (n,), one of each content; `digest` changes with every picture and every class."""

    root: str
    records: Sequence[Record]
    labels: NDArray[np.int64]
    digest: str
    left_out: Mapping[str, int]

    def paths(self, places: NDArray[np.int64]) -> list[str]:
        """Absolute."""
        return [self.records[at].path for at in places]

    def names(self, places: NDArray[np.int64]) -> list[str]:
        """Paths from the root."""
        return [os.path.relpath(path, self.root) for path in self.paths(places)]


def class_folder(root: str, described: DescribedFolder) -> ClassFolder:
    """The pictures below `root`, the folder of each its class; what lies loose beside these has none.

    Raises `BadQuery` where nothing can be read, or no picture is in one class only.
    """
    if not described.records and described.failed:
        raise BadQuery(
            f"nothing of {root!r} can be read: {described.failed} failed, and `lookalike index` says of each why",
            path=root,
        )
    if not described.records:
        raise BadQuery(f"{root!r} holds no picture", path=root)
    counts: Counter[str] = Counter({"not readable": described.failed})
    folders = {path: os.path.dirname(os.path.relpath(path, root)) for path in described.records}  # noqa: PTH120
    labels = {path: folder for path, folder in folders.items() if folder} or folders
    counts["in no folder of a class"] = len(folders) - len(labels)
    digests = {path: described.records[path].content.sha256 for path in labels}
    paths = distinct(labels, digests, counts)
    if not paths:
        raise BadQuery(
            f"the classes of {root!r} contradict each other: all pictures lie in two of them, byte by byte", path=root
        )
    if len(paths) > MOST:
        counts["beyond the most that are learned from"] = len(paths) - MOST
        paths = [paths[at] for at in np.sort(np.random.default_rng(0).permutation(len(paths))[:MOST])]
    told = "\n".join(f"{labels[path]}/{digests[path]}" for path in paths)
    return ClassFolder(
        root,
        [described.records[path] for path in paths],
        np.unique([labels[path] for path in paths], return_inverse=True)[1].astype(np.int64),
        hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:16],
        {why: count for why, count in counts.items() if count},
    )
