"""How similar each describer finds two photos that have nothing in common: its `unrelated`.

    python benchmarks/unrelated.py FOLDER [--pairs N] [--describer NAME]... > unrelated.json

The class of a photo is its folder (in a folder without folders every photo is its own class); pairs are drawn at
random (seed 0) from different classes. What learns does so from
the photos themselves.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe import DESCRIBERS
from lookalike.index.similarity import similarity
from lookalike.protocols import Describer
from lookalike.search.ingest.fit_describers import must_learn
from lookalike.types import Vectors
from machine import machine
from photographs import files_in, opened

PAIRS, SEED = 2000, 0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--pairs", type=int, default=PAIRS)
    arguments.add_argument("--describer", action="append", metavar="NAME")
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    files = files_in(options.folder)
    pairs = drawn(classes_of(files), options.pairs, np.random.default_rng(SEED))
    used, positions = np.unique(pairs, return_inverse=True)
    describers = [
        learned(DESCRIBERS.make(name), [files[at] for at in used]) for name in options.describer or DESCRIBERS
    ]
    rows = described(describers, [files[at] for at in used])
    document = {
        "schema": "lookalike/bench-unrelated/1",
        "machine": machine(),
        "folder": options.folder.name,
        "photos": len(used),
        "pairs": len(pairs),
        "describers": [
            summary(describer, rows[describer.name], positions.reshape(pairs.shape)) for describer in describers
        ],
    }
    json.dump(document, sys.stdout, indent=1)
    print()


def classes_of(files: Sequence[Path]) -> list[str]:
    """The folder of each file; its name where all lie in one."""
    folders = [file.parent.name for file in files]
    return folders if len(set(folders)) > 1 else [file.name for file in files]


def drawn(classes: Sequence[str], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(count, 2) positions of photos of different classes."""
    labels = np.array(classes)
    pairs = rng.integers(len(labels), size=(8 * count, 2))
    different: NDArray[np.int64] = pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]][:count]
    return different


def learned(describer: Describer, files: Sequence[Path]) -> Describer:
    """Fitted to the photos where it has to be."""
    if not must_learn(describer):
        return describer
    return describer.fit(
        np.concatenate([describer.seen.describe([opened(file)]) for file in files[: describer.sample]])
    )


def described(describers: Sequence[Describer], files: Sequence[Path]) -> dict[str, Vectors]:
    """Rows of each describer by its name; one photo is in memory at a time."""
    rows: dict[str, list[Any]] = {describer.name: [] for describer in describers}
    for file in files:
        picture = opened(file)
        for describer in describers:
            rows[describer.name].append(describer.describe([picture]))
    return {name: np.concatenate(parts) for name, parts in rows.items()}


def summary(describer: Describer, rows: Vectors, pairs: NDArray[np.int64]) -> dict[str, object]:
    scores = similarities(describer, rows[pairs[:, 0]], rows[pairs[:, 1]])
    return {
        "name": describer.name,
        "median": round(float(np.median(scores)), 4),
        "quartiles": np.round(np.quantile(scores, (0.25, 0.75)), 4).tolist(),
        "stated": describer.unrelated,
        "scores": dict(zip(("50 %", "75 %", "90 %", "99 %"), tail(scores, describer.unrelated), strict=True)),
    }


def tail(similarities: Sequence[float], unrelated: float) -> list[float]:
    """Scores, from 0 as of unrelated pictures to 1, that so many strangers do not exceed."""
    scores = np.clip((np.array(similarities) - unrelated) / (1 - unrelated), 0, 1)
    return [round(float(score), 3) for score in np.quantile(scores, (0.5, 0.75, 0.9, 0.99))]


def similarities(describer: Describer, queries: Vectors, others: Vectors) -> list[float]:
    """(n,) of row by row, as an index scores them."""
    return [
        float(similarity(describer.space, query[None], other[None])[0, 0])
        for query, other in zip(queries, others, strict=True)
    ]


if __name__ == "__main__":
    main()
