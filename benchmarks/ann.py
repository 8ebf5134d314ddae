"""Every kind of index: recall against time and against bytes, beside bare faiss and usearch in the same run.

python benchmarks/ann.py FOLDER [--rows 100000] [--columns 256] [--kinds ivf,pq] [--page docs/results/ann.md]

FOLDER: real pictures, whose `convnet` vectors are jittered; JSON out. usearch is left out where it is not installed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

import lookalike
from lookalike.index import INDEXES
from lookalike.index.recall import BEST, CANDIDATES, Truth, truth_of
from lookalike.index.refined import Refined
from lookalike.registry import spelling
from lookalike.types import Ids, Space, Vectors
from machine import machine
from search import FLIPS, jittered

QUERIES: Final = 200
MOVED: Final = 0.5
"""Share of the difference of two other real rows by which a real one is moved: it varies as pictures do."""
BATCH: Final = 10_000
TRAINED_ON: Final = 40_000
KINDS: Final = (
    *("flat", "ivf", "ivf:codes=half", "ivf:codes=float", "disk", "pq", "mixed", "rabitq:bits=1", "rabitq:bits=2"),
    *("rabitq:bits=4", "imi", "hnsw:codes=sq8", "hnsw:codes=half"),
)
BITS: Final = ("flat", "binary_ivf", "mih")


def real_rows(folder: Path, name: str) -> tuple[Space, Vectors]:
    """Vectors of the pictures of a folder by one describer."""
    with tempfile.TemporaryDirectory() as place, lookalike.open(place) as library:
        library.index(folder, describers=[name], local=False, planes=False)
        (space,) = library.store.spaces()
        return space, np.concatenate([rows for _, rows in library.store.vectors(space)])


def reduced(space: Space, rows: Vectors, columns: int) -> tuple[Space, Vectors]:
    """Unit rows along the strongest directions of real ones."""
    if not columns or columns >= space.dim:
        return space, rows
    along = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)[2][:columns]
    turned = rows @ along.T
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    return Space(space.name, f"reduced to {columns}", columns, space.metric), np.asarray(turned, np.float32)


class OnDisk:
    """All rows in a file, as a store has them; ids are their numbers."""

    def __init__(self, path: Path, space: Space, real: Vectors, count: int) -> None:
        chance = np.random.default_rng(0)
        self.array: Any = np.memmap(path, space.dtype, "w+", shape=(count, space.columns))
        for start in range(0, count, BATCH):
            part = self.array[start : start + BATCH]
            part[:] = moved(space, real, len(part), chance)

    def __call__(self, ids: Ids) -> Iterator[tuple[Ids, Vectors]]:
        """As `Store.vectors`."""
        yield ids, np.asarray(self.array[ids])

    def batches(self) -> Iterator[tuple[Ids, Vectors]]:
        """Everything."""
        for start in range(0, len(self.array), BATCH):
            rows = np.asarray(self.array[start : start + BATCH])
            yield np.arange(start, start + len(rows)), rows


def moved(space: Space, real: Vectors, count: int, chance: np.random.Generator) -> Vectors:
    """`count` rows that vary as real ones do: unit rows by differences of others, bits by chance flips."""
    if space.metric != "cosine":
        return jittered(space, real, count, chance)
    one, plus, minus = (real[chance.integers(0, len(real), count)] for _ in range(3))
    rows = one + MOVED * (plus - minus)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def milliseconds(action: Callable[[Vectors], object], queries: Vectors) -> float:
    """Median of one query after the other."""
    taken = []
    for query in queries:
        started = time.perf_counter()
        action(query[None])
        taken.append(1000 * (time.perf_counter() - started))
    return round(statistics.median(taken), 3)


def ladder(maker: Any) -> Iterator[Any]:
    """The maker with more and more effort: each kind of effort alone, the others as they are by default."""
    yield maker
    for name, values in maker.efforts.items():
        for value in values:
            if value != getattr(maker, name):
                yield replace(maker, **{name: value})


def measured(kind: str, space: Space, rows: OnDisk, truth: Truth, place: Path) -> list[dict[str, object]]:
    """A row for each effort of one kind: ours with exact scores, and the bare faiss call for as many candidates."""
    started = time.perf_counter()
    lists = {"lists": str(1 << round(np.log2(2 * len(rows.array) ** 0.5)))} if kind in ("ivf", "disk") else {}
    maker: Any = INDEXES.spelled(kind, lists)
    sample = np.asarray(rows.array[np.sort(np.random.default_rng(1).choice(len(rows.array), TRAINED_ON))])
    index: Any = maker.build(space, sample)
    trained = time.perf_counter()
    for ids, vectors in rows.batches():
        index.add(ids, vectors)
    built = time.perf_counter()
    file = place / "index"
    index.save(file)
    index = maker.load(file, space)
    table = []
    for each in ladder(maker):
        tried = index.searched_by(each)
        ours = partial(Refined(tried, rows).search, k=CANDIDATES)
        row: dict[str, object] = {
            "kind": spelling(maker),
            "settings": spelling(each),
            "recall": round(truth.share_found(tried, rows), 4),
            "ours_ms": milliseconds(ours, truth.rows),
        }
        if hasattr(tried, "_nearest"):
            bare = partial(tried._nearest, k=CANDIDATES * each.factor, among=None)
            row["bare_ms"] = milliseconds(bare, truth.rows)
        table.append(
            row
            | {
                "bytes_a_row": round(file.stat().st_size / len(rows.array), 1),
                "memory_a_row": round(maker.bytes(space, len(rows.array)) / len(rows.array), 1),
                "train_s": round(trained - started, 1),
                "add_s": round(built - trained, 1),
            }
        )
        print(json.dumps(table[-1]), file=sys.stderr, flush=True)
    return table


def of_usearch(space: Space, rows: OnDisk, truth: Truth, place: Path) -> list[dict[str, object]]:
    """The graphs of usearch, asked for as many candidates, with their exact scores."""
    try:
        from usearch.index import Index as Graph
    except ImportError:
        return []
    table = []
    for dtype in ("f16", "i8"):
        started = time.perf_counter()
        graph: Any = Graph(ndim=space.dim, metric="cos", dtype=dtype, connectivity=32, expansion_add=80)
        for ids, vectors in rows.batches():
            graph.add(ids, vectors, threads=1)
        built = time.perf_counter()
        graph.save(place / "graph")
        for breadth in (64, 128, 256):
            graph.expansion_search = breadth
            found = [
                best(truth, at, np.sort(np.asarray(graph.search(query, CANDIDATES).keys, np.int64)), rows)
                for at, query in enumerate(truth.rows)
            ]
            table.append(
                {
                    "kind": f"usearch {dtype}",
                    "settings": f"usearch {dtype}, breadth {breadth}",
                    "recall": round(float(np.mean(found)), 4),
                    "bare_ms": milliseconds(partial(asked_of, graph), truth.rows),
                    "bytes_a_row": round((place / "graph").stat().st_size / len(rows.array), 1),
                    "train_s": 0.0,
                    "add_s": round(built - started, 1),
                }
            )
            print(json.dumps(table[-1]), file=sys.stderr, flush=True)
    return table


def asked_of(graph: Any, query: Vectors) -> object:
    """The candidates of one question."""
    return graph.search(query[0], CANDIDATES)


def best(truth: Truth, at: int, ids: Ids, rows: OnDisk) -> float:
    """Share of the best among these candidates."""
    scores = np.sort(rows.array[ids] @ truth.rows[at])[::-1][:BEST]
    return float((scores >= truth.least[at] - 1e-6).mean())


def asked(space: Space, real: Vectors, rows: OnDisk) -> Truth:
    """Questions that are jittered anew, hence rows of no index."""
    queries = moved(space, real, QUERIES, np.random.default_rng(7))
    return truth_of(space, np.full(QUERIES, -1), queries, rows.batches())


def run(space: Space, real: Vectors, count: int, kinds: list[str], peer: bool) -> list[dict[str, object]]:
    """All kinds, one after the other, on the same rows."""
    with tempfile.TemporaryDirectory() as name:
        rows = OnDisk(Path(name, "rows"), space, real, count)
        truth = asked(space, real, rows)
        table = [row for kind in kinds for row in measured(kind, space, rows, truth, Path(name))]
        return table + (of_usearch(space, rows, truth, Path(name)) if peer and space.metric == "cosine" else [])


def main() -> None:
    """Vectors of `convnet`, then bits of `phash`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=0, help="reduce vectors to their so many strongest directions")
    parser.add_argument("--kinds", default=",".join(KINDS), help="of vectors of floats, as NAME:FIELD=VALUE")
    parser.add_argument("--bits", default=",".join(BITS), help="of bits")
    parser.add_argument("--usearch", action=argparse.BooleanOptionalAction, default=True, help="beside usearch")
    given = parser.parse_args()
    result: dict[str, object] = {
        "rows": given.rows,
        "queries": QUERIES,
        "moved": MOVED,
        "flips": FLIPS,
        "machine": machine(),
    }
    for name, kinds in (("convnet", given.kinds), ("phash", given.bits)):
        if kinds:
            space, real = reduced(*real_rows(given.folder, name), given.columns if name == "convnet" else 0)
            table = run(space, real, given.rows, kinds.split(","), given.usearch)
            result[name] = {"dim": space.dim, "real": len(real), "table": table}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
