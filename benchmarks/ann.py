"""Every kind of index: recall against time and against bytes, beside bare faiss and usearch in the same run.

python benchmarks/ann.py FOLDER [--rows 100000] [--columns 256] [--kinds ivf,pq] [--threads 2]

FOLDER: real pictures, whose vectors are moved; JSON out. usearch is left out where it is not installed.
Rows are made in blocks and read from a file, as from a store. Each index is built in one process and asked in another,
so that the peak of the resident memory of each is its own. Times are those of the CPU.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np

import lookalike
from lookalike.index import INDEXES
from lookalike.index.choice import lists_for, sample_for
from lookalike.index.recall import BEST, CANDIDATES, Truth, least_effort, truth_of
from lookalike.index.refined import Refined
from lookalike.registry import spelling
from lookalike.types import Ids, Space, Vectors
from machine import machine
from search import FLIPS, jittered

QUERIES: Final = 200
MOVED: Final = 0.5
"""Share of the difference of two other real rows by which a real one is moved: it varies as pictures do."""
BATCH: Final = 10_000
OF_CHOICE: Final = ("ivf", "disk", "pq")
"""Kinds that get as many lists as the choice would give them; the others have those of their defaults."""
KINDS: Final = (
    *("flat", "ivf", "ivf:codes=half", "ivf:codes=float", "disk", "pq", "mixed", "rabitq:bits=1", "rabitq:bits=2"),
    *("rabitq:bits=4", "imi", "hnsw:codes=sq8", "hnsw:codes=half"),
)
WANTED: Final = 0.98
BITS: Final = ("flat", "binary_ivf", "mih")
DISTANCES: Final = (2, 6, 10)
"""Bits within which all rows are found."""


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


@dataclass(frozen=True)
class OnDisk:
    """Rows in a file, read as those of a store are: none stays in memory. Ids are their numbers."""

    path: Path
    space: Space
    count: int

    def __len__(self) -> int:
        return self.count

    def __call__(self, ids: Ids) -> Iterator[tuple[Ids, Vectors]]:
        """As `Store.vectors`."""
        rows = np.empty((len(ids), self.space.columns), self.space.dtype)
        with self.path.open("rb", buffering=0) as file:
            for row, number in zip(rows, ids.tolist(), strict=True):
                os.preadv(file.fileno(), [row], number * row.nbytes)
        yield ids, rows

    def batches(self) -> Iterator[tuple[Ids, Vectors]]:
        """Everything."""
        with self.path.open("rb") as file:
            for start in range(0, self.count, BATCH):
                count = min(BATCH, self.count - start)
                rows = np.fromfile(file, self.space.dtype, count * self.space.columns)
                yield np.arange(start, start + count), rows.reshape(count, -1)


def written(path: Path, space: Space, real: Vectors, count: int) -> OnDisk:
    """So many rows that vary as real ones do, made a batch at a time."""
    chance = np.random.default_rng(0)
    with path.open("wb") as file:
        for start in range(0, count, BATCH):
            moved(space, real, min(BATCH, count - start), chance).tofile(file)
    return OnDisk(path, space, count)


def moved(space: Space, real: Vectors, count: int, chance: np.random.Generator) -> Vectors:
    """`count` rows that vary as real ones do: unit rows by differences of others, bits by chance flips."""
    if space.metric != "cosine":
        return jittered(space, real, count, chance)
    one, plus, minus = (real[chance.integers(0, len(real), count)] for _ in range(3))
    rows = one + MOVED * (plus - minus)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def milliseconds(queries: Vectors, *actions: Callable[[Vectors], object]) -> list[float]:
    """For each action the median of the CPU's time for one query after the other; they take turns in coming first.

    What else the machine is at hardly changes it; waiting for a disk is not in it.
    """
    taken: list[list[float]] = [[] for _ in actions]
    for turn, query in enumerate(queries):
        for at in range(len(actions)):
            number = (turn + at) % len(actions)
            started = time.process_time()
            actions[number](query[None])
            taken[number].append(1000 * (time.process_time() - started))
    return [round(statistics.median(each), 3) for each in taken]


def ladder(maker: Any) -> Iterator[Any]:
    """The maker with more and more effort: each kind of effort alone, the others as they are by default."""
    yield maker
    for name, values in maker.efforts.items():
        for value in values:
            if value != getattr(maker, name):
                yield replace(maker, **{name: value})


def maker_of(kind: str, count: int) -> Any:
    """The kind with as many lists as are told, or as the choice gives so many rows."""
    name, _, settings = kind.partition(":")
    chosen = name in OF_CHOICE and "lists=" not in settings
    return INDEXES.spelled(kind, {"lists": str(lists_for(count))} if chosen else {})


def built(kind: str, rows: OnDisk, file: Path, threads: int) -> dict[str, object]:
    """An index of all rows in a file; seconds of the CPU, and the peak of this process's memory."""
    faiss.omp_set_num_threads(threads)
    started, cpu = time.perf_counter(), time.process_time()
    maker = maker_of(kind, len(rows))
    chosen = np.random.default_rng(1).choice(len(rows), min(sample_for(maker), len(rows)), replace=False)
    ((_, sample),) = rows(np.sort(chosen))
    index: Any = maker.build(rows.space, sample)
    trained = time.process_time()
    for ids, vectors in rows.batches():
        index.add(ids, vectors)
    added = time.process_time()
    index.save(file)
    return {
        "bytes_a_row": round(file.stat().st_size / len(rows), 1),
        "memory_a_row": round(maker.bytes(rows.space, len(rows)) / len(rows), 1),
        "train_s": round(trained - cpu, 1),
        "add_s": round(added - trained, 1),
        "build_wall_s": round(time.perf_counter() - started, 1),
        "build_resident_mb": peak(),
    }


def asked(kind: str, rows: OnDisk, truth: Truth, file: Path) -> list[dict[str, object]]:
    """A row for each effort of an index in a file: ours with exact scores, and bare faiss for as many candidates.

    One of them is chosen: the least that finds as much as is wanted.
    """
    maker = maker_of(kind, len(rows))
    index: Any = maker.load(file, rows.space)
    chosen: Any = least_effort(index, truth, rows, WANTED).index.maker
    table = []
    for each in dict.fromkeys([*ladder(maker), chosen]):
        tried = index.searched_by(each)
        actions: list[Callable[[Vectors], object]] = [partial(Refined(tried, rows).search, k=CANDIDATES)]
        if hasattr(tried, "_nearest"):
            actions.append(partial(tried._nearest, k=CANDIDATES * each.factor, among=None))
        row = {"kind": spelling(maker), "settings": spelling(each), "recall": truth.share_found(tried, rows)}
        row["chosen"] = each == chosen
        row |= dict(zip(("ours_ms", "bare_ms"), milliseconds(truth.rows, *actions), strict=False))
        table.append(row)
        print(json.dumps(row), file=sys.stderr, flush=True)
    return [row | {"resident_mb": peak()} for row in table]


def all_within(rows: OnDisk, truth: Truth, file: Path) -> list[dict[str, object]]:
    """All rows of bits within some distances: ours in order and with ids, and the bare pass of faiss."""
    index: Any = maker_of("flat", len(rows)).load(file, rows.space)
    bare = faiss.IndexBinaryFlat(rows.space.dim)
    for _, vectors in rows.batches():
        bare.add(vectors)
    table = []
    for distance in DISTANCES:
        found = [len(hits) for hits in index.within(truth.rows, distance)]
        assert sum(found) == bare.range_search(truth.rows, distance + 1)[0][-1]
        actions = partial(index.within, distance=distance), partial(bare.range_search, thresh=distance + 1)
        times = dict(zip(("ours_ms", "bare_ms"), milliseconds(truth.rows, *actions), strict=True))
        table.append({"distance": distance, "found": round(statistics.mean(found), 1), **times})
    return [row | {"resident_mb": peak()} for row in table]


def peak() -> int | None:
    """MB of memory that this process had resident at most, None where the system doesn't tell."""
    try:
        (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    except (OSError, ValueError):
        return None
    return round(int(line.split()[1]) / 1000)


def apart(action: Callable[..., Any], *given: object) -> Any:
    """The result of a call in a process of its own, which begins anew."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(action, *given).result()


def measured(kind: str, rows: OnDisk, truth: Truth, place: Path, threads: int) -> list[dict[str, object]]:
    """A row for each effort of one kind."""
    costs = apart(built, kind, rows, place / "index", threads)
    print(json.dumps({"kind": kind, **costs}), file=sys.stderr, flush=True)
    return [row | costs for row in apart(asked, kind, rows, truth, place / "index")]


def of_usearch(space: Space, rows: OnDisk, truth: Truth, place: Path) -> list[dict[str, object]]:
    """The graphs of usearch, asked for as many candidates, with their exact scores."""
    try:
        from usearch.index import Index as Graph
    except ImportError:
        return []
    table = []
    for dtype in ("f16", "i8"):
        started = time.process_time()
        graph: Any = Graph(ndim=space.dim, metric="cos", dtype=dtype, connectivity=32, expansion_add=80)
        for ids, vectors in rows.batches():
            graph.add(ids, vectors, threads=1)
        built = time.process_time()
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
                    "bare_ms": milliseconds(truth.rows, partial(asked_of, graph))[0],
                    "bytes_a_row": round((place / "graph").stat().st_size / len(rows), 1),
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
    ((_, found),) = rows(ids)
    scores = np.sort(found @ truth.rows[at])[::-1][:BEST]
    return float((scores >= truth.least[at] - 1e-6).mean())


def questions(space: Space, real: Vectors, rows: OnDisk) -> Truth:
    """Questions that are jittered anew, hence rows of no index."""
    queries = moved(space, real, QUERIES, np.random.default_rng(7))
    return truth_of(space, np.full(QUERIES, -1), queries, rows.batches())


def run(space: Space, real: Vectors, count: int, kinds: list[str], threads: int, peer: bool) -> dict[str, object]:
    """All kinds, one after the other, on the same rows; of bits, what is within a distance too."""
    with tempfile.TemporaryDirectory() as name:
        rows = written(Path(name, "rows"), space, real, count)
        truth = questions(space, real, rows)
        table = [row for kind in kinds for row in measured(kind, rows, truth, Path(name), threads)]
        if space.metric == "cosine":
            return {"table": table + (of_usearch(space, rows, truth, Path(name)) if peer else [])}
        apart(built, "flat", rows, Path(name, "index"), threads)
        return {"table": table, "within": apart(all_within, rows, truth, Path(name, "index"))}


def main() -> None:
    """Vectors of `convnet`, then bits of `phash`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--columns", type=int, default=0, help="reduce vectors to their so many strongest directions")
    parser.add_argument("--kinds", default=",".join(KINDS), help="of vectors of floats, as NAME:FIELD=VALUE")
    parser.add_argument("--bits", default=",".join(BITS), help="of bits")
    parser.add_argument("--usearch", action=argparse.BooleanOptionalAction, default=True, help="beside usearch")
    parser.add_argument("--threads", type=int, default=1, help="of the process that builds an index")
    given = parser.parse_args()
    result: dict[str, object] = {
        "rows": given.rows,
        "queries": QUERIES,
        "moved": MOVED,
        "flips": FLIPS,
        "threads": given.threads,
        "machine": machine(),
    }
    for name, kinds in (("convnet", given.kinds), ("phash", given.bits)):
        if kinds:
            space, real = reduced(*real_rows(given.folder, name), given.columns if name == "convnet" else 0)
            figures = run(space, real, given.rows, kinds.split(","), given.threads, given.usearch)
            result[name] = {"dim": space.dim, "real": len(real), **figures}
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
