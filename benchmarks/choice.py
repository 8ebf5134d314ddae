"""Which index a library gets for what is wanted of it, and what choosing costs.

python benchmarks/choice.py FOLDER [--rows 25000]    FOLDER: real pictures, whose `convnet` vectors are moved; JSON out
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np

from ann import BATCH, moved, real_rows
from lookalike.figures import file_size
from lookalike.index.choice import Wanted
from lookalike.index.current import all_current
from lookalike.index.derived import Derived
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Content, Space, Stamp, Vectors
from machine import machine

WISHES: Final = (
    Wanted(),
    Wanted(recall=0.999),
    Wanted(recall=1, memory=30 * 10**6),
    Wanted(memory=3 * 10**6),
    Wanted(kind="hnsw"),
)


def fill(store: SQLiteStore, space: Space, real: Vectors, count: int) -> None:
    """Contents without files would not be searched, so each has one."""
    chance = np.random.default_rng(0)
    contents = [Content(f"{number:064x}", 1, (1, 1), "jpeg") for number in range(count)]
    with store.writing(), store.transaction():
        ids = store.put_contents(contents)
        store.put_records([(f"/{each.sha256}", Stamp(1, 1, 1, 1), each.sha256) for each in contents])
        store.add_space(space, "{}")
        for start in range(0, count, BATCH):
            part = ids[start : start + BATCH]
            store.put(space, part, moved(space, real, len(part), chance))


def chosen(derived: Derived, store: SQLiteStore, space: Space, wanted: Wanted) -> dict[str, object]:
    """The index that is built for a wish, as it was measured, and the seconds of CPU until then."""
    derived.want(wanted)
    started = time.process_time()
    all_current(derived, store, lambda *_: None)
    built = derived.measured(space)
    return {
        "recall_wanted": wanted.recall,
        "memory": "a quarter of the machine's" if wanted.memory is None else file_size(wanted.memory),
        "index": wanted.kind,
        "settings": built.settings,
        "recall": built.recall,
        "ms": None if built.ms is None else round(built.ms, 2),
        "file": file_size(built.bytes),
        "remark": built.remark,
        "cpu_s": round(time.process_time() - started, 1),
    }


def main() -> None:
    """One library, several wishes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=25_000)
    given = parser.parse_args()
    space, real = real_rows(given.folder, "convnet")
    with tempfile.TemporaryDirectory() as place:
        store = SQLiteStore.create(Path(place))
        fill(store, space, real, given.rows)
        table = []
        for wanted in WISHES:
            table.append(chosen(Derived(Path(place, "indexes")), store, space, wanted))
            print(json.dumps(table[-1]), file=sys.stderr, flush=True)
        store.close()
    print(json.dumps({"rows": given.rows, "dim": space.dim, "machine": machine(), "wishes": table}, indent=2))


if __name__ == "__main__":
    main()
