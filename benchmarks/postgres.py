"""A library on a server beside one in a folder: writing, reading, and pgvector's own index beside the derived file.

python benchmarks/postgres.py FOLDER [--vectors 20000]    FOLDER: real pictures, whose vectors are jittered; JSON out

The server runs on this machine. Seconds are of the clock, of both sides in turn; recall is against exact search.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import psycopg

import lookalike
from lookalike.index.current import current
from lookalike.index.derived import Derived
from lookalike.protocols import Store
from lookalike.store import create_store
from lookalike.types import Content, Space, Stamp, Vectors
from search import jittered

sys.path.insert(0, str(Path(__file__).parent / "reliability"))
from postgres_server import PostgresServer  # beside the other tools of failure

QUERIES, K = 100, 10
COMMIT = 256


def real_rows(folder: Path) -> tuple[Space, Vectors]:
    """Vectors of the pictures of a folder by the default network."""
    with tempfile.TemporaryDirectory() as place, lookalike.open(place) as library:
        library.index(folder, describers=["convnet"], local=False, planes=False)
        (space,) = library.store.spaces()
        return space, np.concatenate([rows for _, rows in library.store.vectors(space)])


def fill(store: Store, space: Space, rows: Vectors) -> None:
    """Commits each with a picture, some hundreds at a time as `index` does."""
    with store.writing(together=True):
        with store.transaction():
            store.add_space(space, "{}")
        for start in range(0, len(rows), COMMIT):
            part = rows[start : start + COMMIT]
            contents = [Content(f"{start + number:064x}", 1, (640, 480), "jpeg") for number in range(len(part))]
            with store.transaction():
                ids = store.put_contents(contents)
                store.put_records([(f"/{each.sha256}", Stamp(1, 1, 1, 1), each.sha256) for each in contents])
                store.put(space, ids, part)


def read(store: Store, space: Space) -> None:
    """Every row."""
    for _ in store.vectors(space):
        pass


def timed(action: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    action()
    return round(time.perf_counter() - started, 1)


@dataclass
class Trial:
    """Questions with their true answers, put to several ways of searching."""

    queries: Vectors
    truth: list[set[int]]
    ways: list[dict[str, object]] = field(default_factory=list)

    def ask(self, name: str, search: Callable[[Vectors], list[int]]) -> None:
        """Notes recall and time of a way."""
        search(self.queries[0])
        seconds, recalls = [], []
        for query, true in zip(self.queries, self.truth, strict=True):
            started = time.perf_counter()
            answer = search(query)
            seconds.append(time.perf_counter() - started)
            recalls.append(len(true & set(answer)) / K)
        recall, median = statistics.mean(recalls), statistics.median(seconds)
        self.ways.append({"way": name, "recall": round(recall, 3), "ms": round(1000 * median, 2)})


def pgvector(url: str, space: Space, trial: Trial) -> tuple[float, int]:
    """Asks the server itself, without and with an index of its own; seconds that this took to build, and its bytes."""
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("SET search_path = lookalike, public; SET maintenance_work_mem = '1GB'")

        def nearest(cast: str, query: Vectors) -> list[int]:
            text = f"SELECT content FROM vectors_1 ORDER BY vector::{cast} <=> %s::{cast} LIMIT {K}"
            return [id for (id,) in connection.execute(text.encode(), (str(query.tolist()),))]

        half = f"halfvec({space.dim})"
        trial.ask("pgvector, no index", partial(nearest, f"vector({space.dim})"))
        made = f"CREATE INDEX nearest ON vectors_1 USING hnsw ((vector::{half}) halfvec_cosine_ops)"
        seconds = timed(lambda: connection.execute(made.encode()))
        for width in (40, 100, 200):
            connection.execute(f"SET hnsw.ef_search = {width}".encode())
            trial.ask(f"pgvector, halfvec HNSW, ef {width}", partial(nearest, half))
        (size,) = connection.execute("SELECT pg_relation_size('nearest')").fetchone() or (0,)
        return seconds, size


def measured(server: PostgresServer, space: Space, real: Vectors, count: int) -> dict[str, object]:
    """All of it."""
    chance = np.random.default_rng(0)
    rows, queries = jittered(space, real, count, chance), jittered(space, real, QUERIES, chance)
    with tempfile.TemporaryDirectory() as place:
        stores = {"folder": create_store(Path(place, "library")), "server": create_store(server.url())}
        writing = {name: timed(partial(fill, store, space, rows)) for name, store in stores.items()}
        reading = {name: timed(partial(read, store, space)) for name, store in stores.items()}
        derived, held = Derived(Path(place, "indexes")), stores["server"]
        building = {"derived": timed(partial(current, derived, held, space))}
        index, ids = current(derived, held, space), held.vector_ids(space)
        trial = Trial(queries, [set(ids[np.argsort(-(rows @ query))[:K]].tolist()) for query in queries])
        trial.ask(f"derived {index.kind}", lambda query: index.search(query[None], K)[0].ids.tolist())
        size = {"rows": held.bytes(), "derived": derived.bytes()}
        for store in stores.values():
            store.close()
    building["pgvector"], size["pgvector"] = pgvector(server.url(), space, trial)
    seconds = {"writing_s": writing, "reading_s": reading, "building_s": building}
    return {"vectors": count, "dimensions": space.dim, **seconds, "bytes": size, "ways": trial.ways}


def main() -> None:
    """Prints the document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="real pictures")
    parser.add_argument("--vectors", type=int, default=20_000)
    asked = parser.parse_args()
    space, real = real_rows(asked.folder)
    server = PostgresServer(["fsync=on", "shared_buffers=512MB"])
    try:
        server.start()
        print(json.dumps({"pictures": len(real), **measured(server, space, real, asked.vectors)}, indent=1))
    finally:
        server.remove()


if __name__ == "__main__":
    main()
