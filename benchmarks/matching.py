"""What matching 2,000 rows with 2,000 costs, mutual and ratio included, by the side of the bare faiss search.

    OMP_NUM_THREADS=1 python benchmarks/matching.py [--rounds 41] [--rows 2000]

Each round times all of them in turn; a ratio is the median over rounds, so that a busy machine does not count. Half of
the rows of a reappear in b, changed a little, so that many matches are mutual and pass the ratio.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from lookalike.match.match.nearest import Nearest
from lookalike.types import Keypoints, LocalFeatures, Vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--rows", type=int, default=2000)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    rng = np.random.default_rng(0)
    kinds: dict[str, tuple[Vectors, Vectors]] = {"sift": floats(options.rows, rng), "orb": bits(options.rows, rng)}
    for kind, (a, b) in kinds.items():
        first, second = features(a), features(b)
        works: dict[str, Callable[[], object]] = {
            "faiss": lambda a=a, b=b: bare(a, b),  # type: ignore[misc]
            **{
                name: lambda matcher=matcher, first=first, second=second: matcher.match(first, second)  # type: ignore[misc]
                for name, matcher in (
                    ("nearest", Nearest(mutual=False, ratio=1)),
                    ("mutual", Nearest(ratio=1)),
                    ("ratio", Nearest(mutual=False)),
                    ("both", Nearest()),
                )
            },
        }
        times = timed(works, options.rounds)
        document = {
            "rows": kind,
            "shape": a.shape,
            "matches": len(Nearest().match(first, second)),
            "ms": {name: round(1e3 * float(np.median(values)), 2) for name, values in times.items()},
            "of_faiss": {name: round(float(np.median(values / times["faiss"])), 2) for name, values in times.items()},
        }
        print(json.dumps(document))


def bare(a: Vectors, b: Vectors) -> object:
    """The two nearest of b for each row of a, and nothing else."""
    if a.dtype == np.uint8:
        index: Any = faiss.IndexBinaryFlat(8 * a.shape[1])
    else:
        index = faiss.IndexFlatIP(a.shape[1])
    index.add(b)
    return index.search(a, 2)


def timed(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, NDArray[np.float64]]:
    """(rounds,) seconds of each."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(rounds):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            times[name].append(time.perf_counter() - started)
    return {name: np.array(values) for name, values in times.items()}


def floats(n: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    a, b = (np.abs(rng.normal(size=(n, 128))) for _ in range(2))
    b[: n // 2] = np.abs(a[: n // 2] + 0.2 * rng.normal(size=(n // 2, 128)))
    first, second = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (a, b))
    return first.astype(np.float32), second.astype(np.float32)


def bits(n: int, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    a, b = (rng.integers(0, 256, (n, 32), dtype=np.uint8) for _ in range(2))
    flipped = np.packbits(rng.random((n // 2, 256)) < 0.1, axis=1)
    b[: n // 2] = a[: n // 2] ^ flipped
    return a, b


def features(rows: Vectors) -> LocalFeatures:
    k = len(rows)
    return LocalFeatures(Keypoints(np.zeros((k, 2), np.float32), np.zeros(k, np.float32), (640, 480)), rows)


if __name__ == "__main__":
    main()
