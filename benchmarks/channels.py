"""Which channels, and with which weights: share of pictures whose first neighbour is of the same class.

python benchmarks/channels.py FOLDER...    the class of a picture is the name of its folder; JSON out

Of every describer that need not learn; those that do are in the tables of `results.py`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lookalike
from lookalike.describe import DESCRIBERS
from lookalike.index.similarity import similarity
from lookalike.search.ingest.fit_describers import must_learn
from lookalike.search.ranking.channels import DEFAULT_WEIGHTS, Channel, mean_alike, mixed

STEPS = (0.0, 0.1, 0.25, 0.5, 1.0)


def scores_of(folder: Path, cache: Path) -> tuple[NDArray[np.str_], dict[str, NDArray[np.float32]]]:
    """(n,) classes, and each describer's own (n, n) similarities."""
    with lookalike.open(cache) as library:
        ready = [name for name in DESCRIBERS if not must_learn(DESCRIBERS.make(name))]
        library.index(folder, describers=ready, local=False, planes=False)
        records = {record.id: record for record in library.store.records()}
        classes = np.array([Path(records[id].path).parent.name for id in sorted(records)])
        own = {}
        for space in library.store.spaces():
            rows = np.concatenate([vectors for _, vectors in library.store.vectors(space)])
            own[space.name] = similarity(space, rows, rows)
    return classes, own


def first_is_right(classes: NDArray[np.str_], scores: NDArray[np.float32]) -> float:
    """P@1, each picture asked for among the others; a class of one picture is not asked for."""
    among_others = scores.copy()
    np.fill_diagonal(among_others, -np.inf)
    counted = np.array([(classes == name).sum() > 1 for name in classes])
    return float((classes[among_others.argmax(axis=1)] == classes)[counted].mean())


def measure(folder: Path) -> dict[str, object]:
    """One row a folder."""
    with tempfile.TemporaryDirectory() as cache:
        classes, own = scores_of(folder, Path(cache))
    fused = {}
    for histogram, phash in product(STEPS, STEPS):
        weights = {"convnet": 1.0, "histogram": histogram, "phash": phash}
        channels = mixed([Channel(DESCRIBERS.make(name), weight) for name, weight in weights.items()])
        alike = mean_alike({channel: own[channel.name] for channel in channels})
        fused[json.dumps(weights)] = first_is_right(classes, alike)
    return {
        "folder": folder.name,
        "pictures": len(classes),
        "p@1": {name: first_is_right(classes, scores) for name, scores in own.items()},
        "fused": fused,
        "default": dict(DEFAULT_WEIGHTS),
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    print(json.dumps([measure(folder) for folder in arguments.parse_args().folders], indent=2))


if __name__ == "__main__":
    main()
