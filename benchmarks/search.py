"""Search among 100,000 vectors of each default space: recall, and time beside the bare faiss call in the same run.

python benchmarks/search.py FOLDER [--vectors 100000]    FOLDER: real pictures, whose vectors are jittered; JSON out
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import lookalike
from lookalike.describe import DESCRIBERS
from lookalike.index.current import current
from lookalike.index.derived import Derived
from lookalike.index.similarity import similarity
from lookalike.search.components import DEFAULT_DESCRIBERS
from lookalike.search.ranking.channels import Channel, mean_alike
from lookalike.search.ranking.engine import Engine
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Content, Space, Stamp, Vectors

QUERIES = 200
K = 10
NOISE = 0.6
"""Length of the noise that is added to a unit vector: a jittered one has a cosine of 0.86 with its original."""
FLIPS = 0.06
"""Share of bits that are flipped."""


def jittered(space: Space, rows: Vectors, count: int, chance: np.random.Generator) -> Vectors:
    """`count` rows near those given."""
    chosen = rows[chance.integers(0, len(rows), count)]
    if space.metric == "hamming":
        flips = np.packbits(chance.random((count, space.dim)) < FLIPS, axis=1)
        return np.bitwise_xor(chosen, flips)
    noise = chance.normal(size=chosen.shape).astype(np.float32)
    noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
    moved = chosen + noise
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)


def real_rows(folder: Path) -> dict[Space, Vectors]:
    """Vectors of the pictures of a folder, in each default space."""
    with tempfile.TemporaryDirectory() as place, lookalike.open(place) as library:
        library.index(folder)
        return {
            space: np.concatenate([rows for _, rows in library.store.vectors(space)])
            for space in library.store.spaces()
        }


def fill(store: SQLiteStore, real: dict[Space, Vectors], count: int, chance: np.random.Generator) -> None:
    """Contents without files would not be searched, so each has one."""
    contents = [Content(f"{number:064x}", 1, (1, 1), "jpeg") for number in range(count)]
    with store.writing(), store.transaction():
        ids = store.put_contents(contents)
        stamp = Stamp(1, 1, 1, 1)
        store.put_records([(f"/{content.sha256}", stamp, content.sha256) for content in contents])
        for space, rows in real.items():
            store.add_space(space, "{}")
            for start in range(0, count, 10_000):
                part = ids[start : start + 10_000]
                store.put(space, part, jittered(space, rows, len(part), chance))


def milliseconds(action: Callable[[], object]) -> float:
    """Of one call."""
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def measure(store: SQLiteStore, derived: Derived, space: Space, real: Vectors) -> dict[str, object]:
    """Ours (candidates, then exact scores from the store) and the bare faiss call, in turn."""
    started = time.perf_counter()
    current(derived, store, space)
    build = time.perf_counter() - started
    started = time.perf_counter()
    index: Any = current(derived, store, space)
    load = time.perf_counter() - started
    engine = Engine(store, lambda _: index)
    channel = Channel(DESCRIBERS.make(space.name), 1.0)
    queries = jittered(space, real, QUERIES, np.random.default_rng(7))
    everything = np.concatenate([rows for _, rows in store.vectors(space)])
    ids = store.vector_ids(space)
    bare, ours, recalls = [], [], []
    for row in queries:
        query = row[None]
        bare.append(milliseconds(partial(index._nearest, query, K, None)))  # faiss with the same settings
        ours.append(milliseconds(partial(asked, engine, channel, query)))
        exact = similarity(space, query, everything)[0]
        tenth = np.partition(exact, -K)[-K]
        found = asked(engine, channel, query)
        recalls.append(float((exact[np.searchsorted(ids, found)] >= tenth - 1e-6).mean()))
    return {
        "index": index.kind,
        "recall@10": round(statistics.mean(recalls), 4),
        "bare_ms": round(statistics.median(bare), 2),
        "ours_ms": round(statistics.median(ours), 2),
        "allowed_ms": round(2 * statistics.median(bare) + 3, 2),
        "build_seconds": round(build, 1),
        "load_seconds": round(load, 2),
    }


def asked(engine: Engine, channel: Channel, query: Vectors) -> np.ndarray:
    """Ids of the best K, as the engine ranks them for a query that is described already."""
    ids = engine._candidates([{channel: query}], K, None)
    scores = mean_alike({channel: channel.similarities(engine.store, query, ids)[0]})
    return ids[np.lexsort((ids, -scores))[:K]]


def main() -> None:
    """Every default space."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--vectors", type=int, default=100_000)
    given = parser.parse_args()
    real = real_rows(given.folder)
    with tempfile.TemporaryDirectory() as place:
        store = SQLiteStore.create(Path(place))
        fill(store, real, given.vectors, np.random.default_rng(0))
        derived = Derived(Path(place) / "indexes")
        rows = {space.name: measure(store, derived, space, real[space]) for space in real}
        store.close()
    print(json.dumps({"vectors": given.vectors, "spaces": rows, "default": DEFAULT_DESCRIBERS}, indent=2))


if __name__ == "__main__":
    main()
