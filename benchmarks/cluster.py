"""What workers on a Ray cluster gain: measured with 1 and 2 on this machine, simulated with measured times beyond.

python benchmarks/cluster.py [--files 400] [--size 640x480] [--workers 1,2,4,8,16]    a table out; minutes

Three costs are measured: seconds that a picture takes in a worker, one after the other; CPU seconds of the process that
reads, sends and writes down, a picture; and the pictures a second of whole runs. The simulation gives each picture to
the worker that is free first, as soon as the one process has sent it: nothing of a network is in it, so that bytes
that must travel are told beside.
"""

from __future__ import annotations

import argparse
import heapq
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from indexing import make
from lookalike.describe import DESCRIBERS
from lookalike.pixels.limits import Limits
from lookalike.protocols import Store
from lookalike.search.components import DEFAULT_DESCRIBERS
from lookalike.search.ingest.grey_planes import PLANE, PlaneOf
from lookalike.search.ingest.local_features import wanted_features
from lookalike.search.ingest.options import Cluster, Options
from lookalike.search.ingest.products import Product, VectorOf
from lookalike.search.ingest.read import Loaded, load
from lookalike.search.ingest.run import ingest
from lookalike.search.ingest.scan import Found, stamp_of
from lookalike.search.ingest.worker import Job, Make
from lookalike.store.sqlite import SQLiteStore
from machine import machine

CORES = 2
"""Workers, the most, of which a run is measured."""


@contextmanager
def writing() -> Iterator[Store]:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(SQLiteStore.create(Path(folder) / "library")) as store,
        store.writing(),
    ):
        yield store


def kept() -> list[Product]:
    """All that a new library keeps of a picture."""
    with writing() as store:
        local = wanted_features(store, True)[0]
    return [*(VectorOf(DESCRIBERS.make(name)) for name in DEFAULT_DESCRIBERS), *local, PlaneOf(PLANE)]


def served(files: Sequence[Path], products: list[Product]) -> list[float]:
    """Seconds of each picture in a worker's handler, in this process."""
    handle = Make(tuple(products), Limits())()
    seconds = []
    for file in files:
        loaded = load(Found(str(file), stamp_of(file.stat())), Limits().bytes)
        assert isinstance(loaded, Loaded)
        began = time.perf_counter()
        handle(Job(loaded, tuple(range(len(products)))))
        seconds.append(time.perf_counter() - began)
    return seconds


def run(folder: Path, products: list[Product], workers: int, *, on_ray: bool) -> tuple[float, float]:
    """Seconds of a run without its start, from its first commit to its last, and CPU of this process, a picture."""
    commits: list[tuple[float, float, int]] = []

    def committed(progress: object) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        commits.append((time.perf_counter(), used.ru_utime + used.ru_stime, progress.committed))  # type: ignore[attr-defined]

    with writing() as store:
        cluster = Cluster("ray", workers) if on_ray else None
        ingest(store, products, [folder], Options(workers, cluster=cluster, on_commit=committed))
    (began, cpu, before), (ended, used, after) = commits[0], commits[-1]
    return (ended - began) / (after - before), (used - cpu) / (after - before)


def simulated(service: Sequence[float], sending: float, workers: int) -> float:
    """Pictures a second, where one process sends a picture each `sending` seconds to the worker that is free first."""
    free = [0.0] * workers
    for number, seconds in enumerate(service):
        heapq.heappush(free, max(heapq.heappop(free), sending * (number + 1)) + seconds)
    return len(service) / max(free)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--files", type=int, default=400)
    asked.add_argument("--size", default="640x480", metavar="WxH")
    asked.add_argument("--workers", default="1,2,4,8,16")
    options = asked.parse_args()
    width, height = map(int, options.size.split("x"))
    products = kept()
    with tempfile.TemporaryDirectory() as name:
        files = make(Path(name), options.files, (width, height))
        service = served(files, products)
        size = sum(file.stat().st_size for file in files) / len(files)
        print(machine(), f"{len(files)} JPEG of {options.size}, {size / 1000:.0f} kB each")
        print(f"in a worker {1000 * sum(service) / len(service):.1f} ms a picture")
        print(f"{'workers':>7s} {'processes':>10s} {'on Ray':>8s} {'simulated':>10s}    pictures a second")
        sending = 0.0
        for workers in map(int, options.workers.split(",")):
            measured = ""
            if workers <= CORES:
                alone, (seconds, cpu) = (
                    run(Path(name), products, workers, on_ray=False),
                    run(Path(name), products, workers, on_ray=True),
                )
                sending = sending or cpu
                measured = f"{1 / alone[0]:10.1f} {1 / seconds:8.1f}"
            rate = simulated(service * 4, sending, workers)
            print(f"{workers:7d} {measured:19s} {rate:10.1f}    {rate * size / 1e6:.1f} MB/s of files to send")
        print(f"the process that sends: {1000 * sending:.1f} ms of CPU a picture")


if __name__ == "__main__":
    main()
