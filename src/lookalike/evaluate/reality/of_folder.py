"""A folder whose folders are classes, as the protocol's split."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lookalike.datasets.archives import unpacked
from lookalike.describe.convnet import ConvNet
from lookalike.describe.squares import Squares
from lookalike.describe.taught_words import unit
from lookalike.evaluate.reality.split import Split
from lookalike.protocols import Describer
from lookalike.search.described import describe_folder
from lookalike.search.ingest.options import Options
from lookalike.search.training.class_folder import ClassFolder, class_folder


@dataclass(frozen=True, eq=False)
class ClassSplit:
    """The split of a folder, and the folder, whose digest tells runs of other pictures apart."""

    split: Split
    folder: ClassFolder


def of_folder(folder: str | os.PathLike[str], side: int | None, cache: Path, options: Options) -> ClassSplit | None:
    """Rows of `convnet`; with a side, squares of so many px, and as rows their grey levels less the mean.

    None where `options.should_stop` ended the describing. Raises `BadQuery` for a folder that says too little.
    """
    seen: Describer = ConvNet() if side is None else Squares(side)
    root = os.path.realpath(unpacked(Path(folder), cache / "unpacked"))
    described = describe_folder(root, [seen], cache, options)
    if described.interrupted:
        return None
    found = class_folder(root, described)
    rows = described.rows(seen, found.paths(np.arange(len(found.labels))))
    if side is None:
        return ClassSplit(Split.of(np.asarray(rows, np.float32), found.labels), found)
    pixels = np.ascontiguousarray(np.asarray(rows, np.uint8).reshape(-1, side, side, 3).transpose(0, 3, 1, 2))
    grey = pixels.mean(axis=1).reshape(len(pixels), -1)
    return ClassSplit(Split.of(unit(grey - grey.mean(axis=1, keepdims=True)), found.labels, pixels), found)
