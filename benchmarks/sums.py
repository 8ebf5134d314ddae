"""What it takes to learn a picture as a sum of others, beside scikit-learn's own fit of the same rows.

    python benchmarks/sums.py [FOLDER] [--components N] [--rounds N] [--draw FOLDER] > sums.json

FOLDER holds photos, taken as 64 x 64 grey px; without one the 100 faces inside scikit-image's package, 25 x 25 px.
Ours is `fit`, checks and copies included; both run in turn, and the figure is the median round of each.
`--draw` writes what was learned as pictures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.describe import DESCRIBERS
from lookalike.describe.dictionary import PASSES, PENALTY
from lookalike.describe.grey_pixels import GreyPixels
from lookalike.describe.weighted_sum import WeightedSum
from machine import machine
from photographs import ENDINGS, files_in, opened

Rows = NDArray[np.float32]
NAMES = ("kmeans", "pca", "nmf", "dictionary")
SIDE = 64


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", nargs="?", type=Path)
    arguments.add_argument("--components", type=int, default=6)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--draw", type=Path)
    options = arguments.parse_args()
    warnings.simplefilter("ignore")  # that a fit could go on for longer
    rows = packaged() if options.folder is None else loaded(options.folder)
    side = int(np.sqrt(rows.shape[1]))
    settings = {"components": options.components, "size": side}
    describers = {name: described_by(name, settings) for name in NAMES}
    document = {
        "schema": "lookalike/bench-sums/1",
        "machine": machine(),
        "pictures": len(rows),
        "side": side,
        "components": options.components,
        "methods": [timed(describer, rows, options.rounds) for describer in describers.values()],
    }
    if options.draw is not None:
        options.draw.mkdir(parents=True, exist_ok=True)
        for name, describer in describers.items():
            Image.fromarray(describer.fit(rows).drawn()).save(options.draw / f"{name}.png")
    json.dump(document, sys.stdout, indent=1)
    print()


def timed(describer: WeightedSum, rows: Rows, rounds: int) -> dict[str, object]:
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: describer.fit(rows),
        "scikit_learn": lambda: plain(describer, rows),
    }
    for work in works.values():
        work()
    turns = [{name: seconds(work) for name, work in works.items()} for _ in range(rounds)]
    medians = {name: float(np.median([turn[name] for turn in turns])) for name in works}
    ratio = float(np.median([turn["ours"] / turn["scikit_learn"] for turn in turns]))
    return {"name": describer.name, **{k: round(v, 4) for k, v in medians.items()}, "ratio": round(ratio, 3)}


def plain(describer: WeightedSum, rows: Rows) -> object:
    """As a user of scikit-learn would call it."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import NMF, PCA, MiniBatchDictionaryLearning

    count = describer.components
    if describer.name == "kmeans":
        return MiniBatchKMeans(count, random_state=0, n_init=3).fit(rows)
    if describer.name == "pca":
        return PCA(count, svd_solver="randomized", random_state=0).fit(rows)
    if describer.name == "nmf":
        return NMF(count, random_state=0).fit(rows)
    centred = rows - rows.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1).mean()
    return MiniBatchDictionaryLearning(count, alpha=PENALTY, max_iter=PASSES, fit_algorithm="cd", random_state=0).fit(
        centred
    )


def described_by(name: str, settings: dict[str, object]) -> WeightedSum:
    few = {"nonzero": 4} if name == "dictionary" else {}
    describer = DESCRIBERS.make(name, settings | few)
    assert isinstance(describer, WeightedSum)
    return describer


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def packaged() -> Rows:
    from skimage.data import lfw_subset

    return np.asarray(lfw_subset()[:100].reshape(100, -1), np.float32)


def loaded(folder: Path) -> Rows:
    pictures = [opened(file) for file in files_in(folder, endings=(*ENDINGS, ".pgm"))]
    return np.asarray(GreyPixels(SIDE).describe(pictures), np.float32)


if __name__ == "__main__":
    main()
