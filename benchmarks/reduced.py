"""What `convnet` loses where its vectors are reduced to their principal components, and kept as half floats.

python benchmarks/reduced.py DATA LIBRARIES [--sets caltech101,grocery,imagenette]    Markdown out

LIBRARIES: a folder where the libraries of the sets are made, or are already. Components are those of the describer
`pca:of=convnet:whiten=no`, learned from the library's own pictures without classes, as `index` learns them. All
pictures ask among each other. MAP@R by classes, its gain over `convnet` with the middle 95 % of the bootstrap over
classes, and the share of the ten best by `convnet` that are among the ten best of the reduced.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labelled_libraries import opened
from lookalike.describe.pca import PrincipalComponents
from lookalike.evaluate.statistics import bootstrap_mean
from lookalike.index.recall import BEST
from lookalike.learn.adapt import average_precision_at_r
from lookalike.search.stored_vectors import rows_of

Rows = NDArray[np.float32]
COMPONENTS: Final = (512, 256, 128, 64)
HEADS: Final = "| set | vectors | bytes | MAP@R | gain | recall@10 |"


def reduced(rows: Rows, components: int) -> Rows:
    """(n, components + 1) unit rows by the describer, fitted to all."""
    describer = PrincipalComponents(components, of="convnet", whiten=False, sample=len(rows)).fit(rows)
    arrays = describer.arrays
    return np.array([describer.row(row, arrays) for row in rows.astype(np.float64)], np.float32)


def halved(rows: Rows) -> Rows:
    """As half floats keep them."""
    return rows.astype(np.float16).astype(np.float32)


def cosines(rows: Rows) -> Rows:
    """(n, n) of pictures with each other; with itself -2."""
    found = rows @ rows.T
    np.fill_diagonal(found, -2)
    return np.asarray(found, np.float32)


def best(found: Rows) -> NDArray[np.int64]:
    """(n, BEST) pictures nearest to each."""
    return np.argsort(-found, axis=1, kind="stable")[:, :BEST]


def table(name: str, rows: Rows, classes: NDArray[np.int64]) -> list[str]:
    """A line for each way to keep the vectors."""
    ways = {"convnet": (rows, 4), "as half floats": (halved(rows), 2)}
    for components in COMPONENTS:
        if components < min(len(rows), rows.shape[1]):
            ways[f"{components} components as half floats"] = (halved(reduced(rows, components)), 2)
    same = classes[:, None] == classes
    np.fill_diagonal(same, False)
    answered = same.any(axis=1)
    plain = cosines(rows)
    before = average_precision_at_r(plain[answered], same[answered])
    nearest, lines = best(plain), []
    for way, (kept, size) in ways.items():
        found = cosines(kept)
        after = average_precision_at_r(found[answered], same[answered])
        groups = np.unique(classes[answered], return_inverse=True)[1].astype(np.int64)
        gain = bootstrap_mean(after - before, groups, np.random.default_rng(0))
        shared = [len(np.intersect1d(one, other)) / BEST for one, other in zip(nearest, best(found), strict=True)]
        told = f"{gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]"
        cells = (name, way, str(size * kept.shape[1]), f"{after.mean():.4f}", told, f"{np.mean(shared):.3f}")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """Each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("libraries", type=Path)
    parser.add_argument("--sets", default="caltech101,grocery,imagenette")
    given = parser.parse_args()
    print(HEADS, "|---" * (HEADS.count("|") - 1) + "|", sep="\n")
    for name in given.sets.split(","):
        labelled = opened(given.data, name, given.libraries, ["convnet"])
        (space,) = labelled.store.spaces()
        _, rows = rows_of(labelled.store, space, labelled.ids)
        print(*table(name, np.asarray(rows, np.float32), labelled.classes), sep="\n", flush=True)
        labelled.library.close()


if __name__ == "__main__":
    main()
